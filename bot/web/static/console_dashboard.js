"use strict";
// Draws each plot of the dashboard from the JSON beside its canvas. The table is the truth: without this script, or
// without Chart.js, the page shows tables alone. Whatever a colour tells, a pattern, a shape or a label tells too.
(() => {
  const TONES = {
    emergency: "#c0283b", same_day: "#d0621d", within_2_weeks: "#d9a400", routine: "#2f78c4", self_care: "#2f8a58",
    unknown: "#8a6bbf", none: "#7d8a92",
  };
  const COLOURS = ["#2f78c4", "#d0621d", "#2f8a58", "#8a6bbf", "#d9a400", "#c0283b", "#7d8a92"];
  const SHAPES = ["circle", "triangle", "rectRot", "rect"];
  const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3]];
  // How a tile of each pattern is stroked, on a square of 8.
  const PATTERNS = [
    () => {},
    (pen) => { line(pen, -2, 6, 2, 10); line(pen, 0, 8, 8, 0); line(pen, 6, -2, 10, 2); },
    (pen) => { pen.beginPath(); pen.arc(4, 4, 1.6, 0, 7); pen.fill(); },
    (pen) => { line(pen, 0, 4, 8, 4); },
    (pen) => { line(pen, 0, 0, 8, 8); line(pen, 0, 8, 8, 0); },
    (pen) => { line(pen, 4, 0, 4, 8); },
    (pen) => { line(pen, -2, 2, 2, -2); line(pen, 0, 0, 8, 8); line(pen, 6, 10, 10, 6); },
  ];
  const ORDER = Object.keys(TONES);
  const UNITS = { percent: " %", ms: " ms", count: "" };
  const PRINTED = { ink: "#000000", muted: "#333333", line: "#bbbbbb", surface: "#ffffff" };

  function line(pen, x1, y1, x2, y2) {
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.stroke();
  }

  function page() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    return { ink: of("ink"), muted: of("muted"), line: of("line"), surface: of("surface") };
  }

  function pattern(canvas, colour, number, look) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = pen.fillStyle = look.surface;
    pen.lineWidth = 1.2;
    PATTERNS[number % PATTERNS.length](pen);
    return canvas.getContext("2d").createPattern(tile, "repeat");
  }

  // The colour and the pattern of a series, or of one bar: a level always has the same.
  function fill(canvas, tone, number, look) {
    const place = tone in TONES ? ORDER.indexOf(tone) : number;
    const colour = TONES[tone] || COLOURS[number % COLOURS.length];
    return { colour, pattern: pattern(canvas, colour, place, look) };
  }

  function bars(canvas, plot, look) {
    return plot.series.map((series, number) => {
      const filled = fill(canvas, series.tone, number, look);
      const each = (series.tones || []).map((tone, place) => fill(canvas, tone, place, look).pattern);
      return {
        label: series.label, data: series.values, backgroundColor: each.length ? each : filled.pattern,
        borderColor: look.surface, borderWidth: 1, maxBarThickness: 34,
      };
    });
  }

  function lines(plot, look) {
    return plot.series.map((series, number) => ({
      label: series.label, data: series.values, borderColor: COLOURS[number], backgroundColor: COLOURS[number],
      borderDash: DASHES[number % DASHES.length], borderWidth: 2, pointStyle: SHAPES[number % SHAPES.length],
      pointRadius: plot.labels.length > 100 ? 0 : 4, pointBorderColor: look.surface, spanGaps: false,
    }));
  }

  // A thin bar from the lower to the upper end; `marks` puts the share upon it.
  function ranges(canvas, plot, look) {
    return plot.series.map((series, number) => {
      const filled = fill(canvas, "", number, look);
      return {
        label: series.label, data: series.ranges, shares: series.values, backgroundColor: filled.pattern,
        borderColor: filled.colour, borderWidth: 1, borderSkipped: false, maxBarThickness: 12, categoryPercentage: 0.7,
      };
    });
  }

  // The number at the end of each bar, and the share on each range.
  const marks = (plot, look) => ({
    id: "marks",
    afterDatasetsDraw(chart) {
      const pen = chart.ctx;
      pen.save();
      pen.font = "12px system-ui, sans-serif";
      pen.textBaseline = "middle";
      chart.data.datasets.forEach((set, number) => {
        if (!chart.isDatasetVisible(number)) return;
        chart.getDatasetMeta(number).data.forEach((bar, place) => {
          pen.fillStyle = look.ink;
          if (plot.kind === "ranges") {
            const x = chart.scales.x.getPixelForValue(set.shares[place]);
            pen.fillRect(x - 2, bar.y - 8, 4, 16);
            pen.fillText(`${set.shares[place]} %`, chart.scales.x.getPixelForValue(set.data[place][1]) + 6, bar.y);
          } else if (plot.kind === "bars" && chart.data.datasets.length === 1) {
            pen.fillText(String(set.data[place]), bar.x + 6, bar.y);
          }
        });
      });
      pen.restore();
    },
  });

  function config(canvas, plot, look) {
    const sideways = plot.kind === "bars" || plot.kind === "ranges";
    const stacked = plot.kind === "columns" || plot.kind === "bars";
    const datasets =
      plot.kind === "lines" ? lines(plot, look) :
      plot.kind === "ranges" ? ranges(canvas, plot, look) : bars(canvas, plot, look);
    const ticks = { color: look.muted, maxRotation: 0, autoSkipPadding: 12, font: { size: 12 } };
    const names = { stacked, grid: { display: false }, border: { color: look.line }, ticks };
    const most = plot.unit === "percent" ? { max: 100 } : { grace: sideways ? "12%" : 0 };
    const unit = UNITS[plot.unit];
    const values = {
      stacked, beginAtZero: true, ...most, grid: { color: look.line }, border: { display: false },
      ticks: { ...ticks, precision: plot.unit === "count" ? 0 : undefined, callback: (value) => `${value}${unit}` },
    };
    const told = (item) => {
      const set = item.dataset;
      if (set.shares) return `${set.label}: ${set.shares[item.dataIndex]} % (${set.data[item.dataIndex].join(" - ")} %)`;
      return `${set.label}: ${item.formattedValue}${unit}`;
    };
    return {
      type: plot.kind === "lines" ? "line" : "bar",
      data: { labels: plot.labels, datasets },
      plugins: [marks(plot, look)],
      options: {
        animation: false, responsive: true, maintainAspectRatio: false, indexAxis: sideways ? "y" : "x",
        interaction: { mode: "index", axis: sideways ? "y" : "x", intersect: false },
        layout: { padding: { right: sideways ? 36 : 0 } },
        scales: sideways ? { x: values, y: names } : { x: names, y: values },
        plugins: {
          legend: {
            display: datasets.length > 1, position: "bottom",
            labels: { color: look.ink, usePointStyle: plot.kind === "lines", boxWidth: 28, boxHeight: 14, pointStyleWidth: 28 },
          },
          tooltip: { callbacks: { label: told } },
        },
      },
    };
  }

  const drawn = [];

  function draw(look) {
    while (drawn.length) drawn.pop().destroy();
    for (const place of document.querySelectorAll(".drawing")) {
      const plot = JSON.parse(place.querySelector("script").textContent);
      place.hidden = false;
      const canvas = place.querySelector("canvas");
      drawn.push(new Chart(canvas, config(canvas, plot, look)));
    }
    document.documentElement.dataset.drawn = String(drawn.length);
  }

  if (typeof Chart !== "undefined") {
    draw(page());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(page()));
    addEventListener("beforeprint", () => { draw(PRINTED); drawn.forEach((chart) => chart.resize(640, 260)); });
    addEventListener("afterprint", () => draw(page()));
  }
})();
