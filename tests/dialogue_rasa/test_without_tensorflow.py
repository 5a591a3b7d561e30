"""The stand-in for TensorFlow: enough to import Rasa, an error that helps for any use, and out of the way if asked."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Union

import pytest

import bot.dialogue  # noqa: F401  (puts the stand-in in place)
from bot.dialogue import without_tensorflow
from bot.dialogue.without_tensorflow import TensorFlowMissing


def test_classes_and_annotations_may_name_it():
    import tensorflow as tf
    from keras.utils import tf_utils
    from tensorflow.types.experimental import TensorLike

    class Layer(tf.keras.layers.Dropout):
        def call(self, inputs: Union[tf.Tensor, TensorLike]) -> tf.Tensor: ...

    assert isinstance(Layer, type) and isinstance(tf_utils, type)
    assert tf.Tensor is tf.Tensor and not isinstance(1, tf.Tensor)


@pytest.mark.parametrize("use", ["tf.constant(1)", "tf.keras.layers.Dense(3)", "tf.float32 + 1", "list(tf.data)"])
def test_any_use_says_how_to_install_it(use):
    import tensorflow as tf

    with pytest.raises(TensorFlowMissing, match="make tensorflow"):
        eval(use, {"tf": tf})


def test_a_use_names_the_component():
    import tensorflow as tf

    class GraphComponent: ...

    class GreedyClassifier(GraphComponent):
        def train(self):
            return self.build()

        def build(self):
            return tf.constant(1)

    with pytest.raises(TensorFlowMissing, match=r"The component GreedyClassifier uses tensorflow\.constant"):
        GreedyClassifier().train()


def test_subclasses_cannot_be_made_either():
    from keras import Model

    class OurModel(Model): ...

    with pytest.raises(TensorFlowMissing, match="OurModel"):
        OurModel()


def test_who_only_looks_for_it_goes_on():
    """thinc tries to import TensorFlow and to count its devices; an ImportError tells it that there is none."""
    import thinc.compat

    assert not thinc.compat.has_tensorflow


def test_private_names_are_no_placeholders():
    import tensorflow

    with pytest.raises(AttributeError):
        tensorflow.__version__  # noqa: B018


def test_nothing_happens_twice():
    finders = list(sys.meta_path)
    without_tensorflow.stand_in()
    assert sys.meta_path == finders


def _python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **environment}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60)


def test_asked_for_but_missing_is_an_error_at_once():
    done = _python("import bot.dialogue", SIGNPOST_TENSORFLOW="1")
    if without_tensorflow.installed():
        assert done.returncode == 0
    else:
        assert done.returncode != 0
        assert "SIGNPOST_TENSORFLOW asks for TensorFlow, which is not installed. Run `make tensorflow`" in done.stderr


def test_installed_and_asked_for_nothing_is_patched(tmp_path):
    (tmp_path / "tensorflow.py").write_text("REAL = True\n")
    code = "import bot.dialogue, tensorflow; from bot.dialogue.without_tensorflow import stands_in; "
    code += "print(tensorflow.REAL, stands_in())"
    assert _python(code, SIGNPOST_TENSORFLOW="1", PYTHONPATH=str(tmp_path)).stdout.split() == ["True", "False"]


def test_installed_but_not_asked_for_it_stays_out(tmp_path):
    (tmp_path / "tensorflow.py").write_text("raise SystemExit('imported')\n")
    code = "import bot.dialogue, tensorflow; print(type(tensorflow).__name__)"
    assert _python(code, SIGNPOST_TENSORFLOW="", PYTHONPATH=str(tmp_path)).stdout.split() == ["_StandIn"]


def test_imported_already_it_is_left_alone(tmp_path):
    (tmp_path / "tensorflow.py").write_text("REAL = True\n")
    code = "import tensorflow, bot.dialogue; from bot.dialogue.without_tensorflow import stands_in; print(stands_in())"
    assert _python(code, SIGNPOST_TENSORFLOW="", PYTHONPATH=str(tmp_path)).stdout.split() == ["False"]
