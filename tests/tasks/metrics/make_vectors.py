"""Computes tasks/metrics/vectors.json, the vectors of `selftest metrics` and of the tests beside this file.

    python3 -m venv venv && venv/bin/pip install sacrebleu==2.6.0 rouge-score==0.1.2 nltk==3.10.4 scikit-learn scipy
    venv/bin/pip install --no-deps pycocoevalcap==1.2
    venv/bin/python tests/tasks/metrics/make_vectors.py > tasks/metrics/vectors.json

The texts are our own; what a vector's "source" names computed its value.
"""
import json
import math

from nltk.translate.meteor_score import meteor_score
from pycocoevalcap.bleu.bleu_scorer import BleuScorer
from pycocoevalcap.cider.cider_scorer import CiderScorer
from pycocoevalcap.rouge.rouge import Rouge
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.significance import PairedTest
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

MT = {
    "hypotheses": [
        "The harbour was closed on Friday, because of 3.5 m high waves.",
        "Nobody knew why the \"old\" clock-tower stopped at 9:15.",
        "in der Straße stehen ÄLTERE Häuser – und neue",
        "Prices rose by 1,200 € (about 4 %) -- again.",
        "猫が日本語のTシャツを着た。",
        "She reads.",
        "",
        "the quick fox the lazy dog jumps over and then he sleeps",
    ],
    "references": [
        [
            "On Friday the harbour was closed because of waves 3.5 m high.",
            "No one knew why the old clock tower had stopped at 9:15.",
            "In der Straße stehen ältere Häuser und neue.",
            "Prices rose again by 1,200 € (about 4 %).",
            "猫は日本のTシャツを着ている。",
            "She is reading a book.",
            "An empty line was expected here.",
            "the quick fox jumps over the lazy dog and then he sleeps",
        ],
        [
            "The port closed Friday because of high waves (3.5 m).",
            "Why the old clock-tower stopped at 9:15, nobody knew.",
            "In der Straße gibt es ältere – und neue – Häuser.",
            "Again, prices rose by some 4 % (1,200 €).",
            "日本語のTシャツを着た猫。",
            "She reads",
            "Here nothing was expected.",
            "a quick fox jumps over a lazy dog, then it sleeps",
        ],
    ],
}
OTHER = [
    "The harbour closed on Friday because of 3.5 m high waves.",
    "No one knew why the old clock stopped at 9:15.",
    "In der Straße stehen ältere Häuser.",
    "Prices rose again by 1,200 €.",
    "猫は日本語のTシャツを着た。",
    "She is reading.",
    "An empty line.",
    "the fox jumps over the dog and sleeps",
]
SUMMARIES = {
    "hypotheses": [
        "The committees were quickly organizing relations.\nTies and dying skies were generalizations.",
        "Nine happily married sailors enjoyed flying.\nThe news died.",
        "one\ntwo three\none",
    ],
    "references": [[
        "A committee organized a relation quickly.\nA tie under a dying sky was a generalization.",
        "The news: nine sailors, happy and married, enjoy flights.\nHe dies.",
        "three one two\ntwo one",
    ]],
}
CAPTIONS = {
    "hypotheses": ["a man rides a red bike down the street", "two dogs play in the snow", "a plate of food on a table", "people"],
    "references": [
        ["a man riding a bike on a street", "two dogs are playing in deep snow", "a table with a plate of food", "a crowd of people"],
        ["a cyclist in red rides down the road", "dogs play in the snow", "food on a plate", "many people stand together"],
    ],
}
WORDS = {  # that no dictionary has, so that WordNet has no say
    "hypotheses": ["Zorblats quimvexed the draplon snurgits", "vlomper kribzaning the plonqui the wexlorn"],
    "references": [["zorblat quimvex draplons the snurgit", "the wexlorns kribzan the vlomper plonqui"]],
}
GOLD, PREDICTED = [1, 0, 1, 1, 0, 1, 0, 2, 1, 2, 0], [1, 0, 0, 1, 2, 1, 1, 2, 1, 0, 0]
X = [0.5, 1.25, 3.0, 4.25, 2.0, 2.0, 5.0, 1e3]
Y = [1.0, 1.0, 2.5, 3.5, 2.75, 0.5, 4.0, 7.25]


def lines(values):
    return [str(value) for value in values]


def labels(predicted, gold):
    return {"hypotheses": lines(predicted), "references": [lines(gold)]}


TEXTS = {
    "mt": MT,
    "mt_other": {"hypotheses": OTHER, "references": MT["references"]},
    "mt_one_reference": {"hypotheses": MT["hypotheses"], "references": MT["references"][:1]},
    "mt_short": {"hypotheses": ["She reads."], "references": [["She is reading a book."]]},
    "summaries": SUMMARIES,
    "captions": CAPTIONS,
    "words": WORDS,
    "labels": labels(PREDICTED, GOLD),
    "binary": labels([p % 2 for p in PREDICTED], [g % 2 for g in GOLD]),
    "numbers": labels(X, Y),
}
VECTORS = []


def add(metric, texts, value, source, options=None, **more):
    VECTORS.append({"metric": metric, "texts": texts, "options": options or {}, "value": float(value), "source": source, **more})


def sacrebleu_vectors():
    source = "sacreBLEU 2.6.0"
    for texts in ("mt", "mt_one_reference", "mt_short"):
        hyp, refs = TEXTS[texts]["hypotheses"], TEXTS[texts]["references"]
        for tokenize in ("13a", "intl", "char", "zh", "none"):
            for lowercase in (False, True):
                value = BLEU(tokenize=tokenize, lowercase=lowercase).corpus_score(hyp, refs).score
                add("bleu", texts, value, source, {"tokenize": tokenize, "lowercase": lowercase})
        for method, smooth in (("floor", None), ("floor", 0.01), ("add-k", None), ("add-k", 0.3), ("none", None)):
            value = BLEU(smooth_method=method, smooth_value=smooth).corpus_score(hyp, refs).score
            add("bleu", texts, value, source, {"smooth_method": method, **({"smooth_value": smooth} if smooth else {})})
        for char_order, word_order, beta, lowercase in ((6, 0, 2, False), (6, 2, 2, False), (4, 1, 3, True)):
            value = CHRF(char_order=char_order, word_order=word_order, beta=beta, lowercase=lowercase).corpus_score(hyp, refs).score
            add("chrf", texts, value, source, {"chrf_char_order": char_order, "chrf_word_order": word_order, "chrf_beta": beta,
                                               "chrf_lowercase": lowercase})
        add("chrf++", texts, CHRF(word_order=2).corpus_score(hyp, refs).score, source)
        for normalized, no_punct, asian, case in ((0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 1), (1, 1, 1, 0), (1, 0, 1, 1)):
            truth = TER(normalized=bool(normalized), no_punct=bool(no_punct), asian_support=bool(asian), case_sensitive=bool(case))
            add("ter", texts, truth.corpus_score(hyp, refs).score, source,
                {"ter_normalized": bool(normalized), "ter_no_punct": bool(no_punct), "ter_asian_support": bool(asian),
                 "ter_case_sensitive": bool(case)})


def paired_vectors():
    for test, trials in (("bs", 200), ("ar", 500)):
        systems = [("a", MT["hypotheses"]), ("b", OTHER)]
        _, scores = PairedTest(systems, {"bleu": BLEU(), "chrf": CHRF()}, MT["references"], test_type=test, n_samples=trials)()
        for metric, key in (("bleu", "BLEU"), ("chrf", "chrF2")):
            add(metric, "mt_other", scores[key][1].p_value, "sacreBLEU 2.6.0, significance.py", baseline="mt", test=test, trials=trials)


def other_vectors():
    for stem in (False, True):
        kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
        scorer = RougeScorer(kinds, use_stemmer=stem)
        for texts in ("summaries", "mt"):
            hyp, refs = TEXTS[texts]["hypotheses"], TEXTS[texts]["references"]
            scores = [scorer.score_multi(list(r), h) for h, r in zip(hyp, zip(*refs))]
            for kind in kinds:
                add(kind, texts, sum(s[kind].fmeasure for s in scores) / len(scores), "rouge-score 0.1.2", {"stem": stem})
    hyp, refs = CAPTIONS["hypotheses"], list(zip(*CAPTIONS["references"]))
    bleu, cider = BleuScorer(n=4), CiderScorer(n=4, sigma=6.0)
    for h, r in zip(hyp, refs):
        bleu += (h, list(r))
        cider += (h, list(r))
    for n, value in enumerate(bleu.compute_score(option="closest", verbose=0)[0], 1):
        add(f"bleu-{n}", "captions", value, "pycocoevalcap 1.2")
    add("cider-d", "captions", cider.compute_score()[0], "pycocoevalcap 1.2")
    rouge = Rouge()
    add("rougeL-coco", "captions", sum(rouge.calc_score([h], list(r)) for h, r in zip(hyp, refs)) / len(hyp), "pycocoevalcap 1.2")

    class NoWordNet:
        synsets = staticmethod(lambda word: [])

    scores = [meteor_score([r.split()], h.split(), wordnet=NoWordNet) for h, r in zip(WORDS["hypotheses"], WORDS["references"][0])]
    add("meteor-wordnet", "words", sum(scores) / len(scores), "NLTK 3.10.4")
    add("accuracy", "labels", accuracy_score(GOLD, PREDICTED), "scikit-learn")
    add("macro_f1", "labels", f1_score(GOLD, PREDICTED, average="macro"), "scikit-learn")
    add("matthews", "labels", matthews_corrcoef(GOLD, PREDICTED), "scikit-learn")
    binary = [[int(v) for v in side] for side in (TEXTS["binary"]["references"][0], TEXTS["binary"]["hypotheses"])]
    add("f1", "binary", f1_score(*binary), "scikit-learn")
    add("matthews", "binary", matthews_corrcoef(*binary), "scikit-learn")
    add("pearson", "numbers", pearsonr(X, Y)[0], "SciPy")
    add("spearman", "numbers", spearmanr(X, Y)[0], "SciPy")


def counted_by_hand():
    TEXTS["multirc"] = {"hypotheses": ["q1\t1", "q2\t1", "q1\t0", "q2\t1", "q3\t0"], "references": [["q1\t1", "q2\t0", "q1\t0", "q2\t1", "q3\t0"]]}
    add("multirc_em", "multirc", 2 / 3, "counted by hand: q2 has a wrong answer")
    add("multirc_f1a", "multirc", 0.8, "counted by hand: P = 2/3, R = 1")
    TEXTS["record"] = {"hypotheses": ["The New York Times", "red red fish", "Obama"],
                       "references": [["New York Times\tthe Times", "red fish fish", "Barack Obama\tMichelle"]]}
    add("record_em", "record", 1 / 3, "counted by hand")
    add("record_f1", "record", (1 + 2 / 3 + 2 / 3) / 3, "counted by hand")
    TEXTS["losses"] = {"hypotheses": ["6.0", "3.0", "0.5"], "references": [["3", "1", "1"]]}
    add("perplexity", "losses", math.exp(9.5 / 5), "exp(9.5 / 5)")
    add("bits_per_unit", "losses", 9.5 / 5 / math.log(2), "9.5 / 5 / ln 2")


sacrebleu_vectors()
paired_vectors()
other_vectors()
counted_by_hand()
print('{"note": "Computed by tests/tasks/metrics/make_vectors.py, which says how.",\n"texts": ' + json.dumps(TEXTS, ensure_ascii=False, indent=1) + ',\n"vectors": [')
print(",\n".join(json.dumps(v, ensure_ascii=False) for v in VECTORS))
print("]}")
