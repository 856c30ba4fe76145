"""Two real models on a real data set: scikit-learn's breast cancer data (569 tumours, 30 measures each)."""

import json
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy
import sklearn
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, recall_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

SEED = 7
DATA_SET = "breast-cancer-wisconsin"


@dataclass
class Trained:
    name: str
    folder: Path            # model.joblib, and training.json: how it was made
    metrics: dict


def save_data(folder):
    """The data set as one CSV file."""
    folder.mkdir(parents=True)
    data = load_breast_cancer()
    header = ",".join(name.replace(" ", "_") for name in [*data.feature_names, "benign"])
    path = folder / "breast_cancer.csv"
    numpy.savetxt(path, numpy.column_stack([data.data, data.target]), delimiter=",", header=header, comments="", fmt="%.6g")
    return path


def train(folder):
    """A first, simple model and a better one."""
    data = load_breast_cancer()
    parts = train_test_split(data.data, data.target, test_size=0.3, random_state=SEED, stratify=data.target)
    models = {
        "tree": DecisionTreeClassifier(max_depth=3, random_state=SEED),
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(C=0.5, max_iter=1000, random_state=SEED)),
    }
    return [fit(name, model, parts, folder / name) for name, model in models.items()]


def fit(name, model, parts, folder):
    train_x, test_x, train_y, test_y = parts
    model.fit(train_x, train_y)
    scores = model.predict_proba(test_x)[:, 1]
    predicted = model.predict(test_x)
    metrics = {
        "auc": round(float(roc_auc_score(test_y, scores)), 4),
        "accuracy": round(float(accuracy_score(test_y, predicted)), 4),
        "recall_malignant": round(float(recall_score(test_y, predicted, pos_label=0)), 4),
    }
    training = {"estimator": type(model).__name__, "seed": SEED, "test_share": 0.3,
                "rows": {"train": len(train_y), "test": len(test_y)}, "scikit_learn": sklearn.__version__}
    folder.mkdir(parents=True)
    joblib.dump(model, folder / "model.joblib")
    (folder / "training.json").write_text(json.dumps(training, indent=2) + "\n")
    return Trained(name, folder, metrics)
