"""Compares `synthbench score` on random lines with the reference implementations, segment by segment.

    python3 -m venv venv && venv/bin/pip install sacrebleu==2.6.0 rouge-score==0.1.2 nltk==3.10.4 numpy
    venv/bin/pip install --no-deps pycocoevalcap==1.2
    venv/bin/python tests/tasks/metrics/compare_random.py build/ci/synthbench [LINES [SEED]]

Lines are empty, short or long, of words that repeat, are inflected, of several scripts, with odd blanks and marks. WordNet is read from
/usr/share/wordnet (Debian package wordnet-base) by both sides. Exit 1 where a value is off by more than 1e-9.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

WORDNET = "/usr/share/wordnet"
ENGLISH = ("the a cat cats mice mouse dying died ties relational generalizations sat sitting mat on offer better best axes oxen auto car fix "
           "repaired flies flying run running ran happily happy went go children men women wolves boxes dishes churches big bigger biggest "
           "US U.S. don't it's well-known 1,200 3.5 10 % & &amp; &quot; -- ... ( ) [x] \" ' ? ! . , ; : $5 €4 a.b x_y @-@").split()
OTHER = ["Straße", "ÄLTERE", "ÎLE", "Ωμέγας", "ΣΊΣΥΦΟΣ", "İstanbul", "ǅ", "猫", "日本語", "가나", "🙂", "e\u0301", "\u00ad", "\u200b", "ﬁn", "٣", "½", "—", "“x”", "¿", "ß", "ẞ"]
BLANKS = [" "] * 12 + ["  ", "\t", "\u00a0", "\u3000", "\u2028", "\x0b", "\x1c", "\x85"]
SENTENCES = ["\n", " \n", "\n\n"]


def line(rng, breaks):
    if rng.random() < 0.05:
        return rng.choice(["", " ", "\t", ".", "\u00a0"])
    words = ENGLISH if rng.random() < 0.6 else ENGLISH + OTHER * 3
    words = rng.sample(words, min(len(words), rng.choice([1, 2, 5, 12, 30])))
    text = rng.choice(["", "", " "])
    for _ in range(rng.choice([1, 2, 3, 5, 8, 15, 40])):
        word = rng.choice(words)
        text += rng.choice([word, word, word.upper(), word.capitalize(), word + rng.choice(",.!?'")])
        text += rng.choice(SENTENCES) if breaks and rng.random() < 0.1 else rng.choice(BLANKS)
    return text if rng.random() < 0.3 else text.strip()


def changed(rng, text, breaks):
    """A hypothesis that has much of its reference."""
    if rng.random() < 0.3:
        return line(rng, breaks)
    words = text.split(" ")
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(words))
        kind = rng.randrange(4)
        if kind == 0:
            words.insert(at, rng.choice(ENGLISH))
        elif kind == 1:
            words[at] = rng.choice(ENGLISH)
        elif kind == 2 and len(words) > 1:
            words.pop(at)
        else:
            to = rng.randrange(len(words))
            words[at], words[to] = words[to], words[at]
    return " ".join(words)


def ours(program, metrics, hypotheses, references, *flags):
    with tempfile.TemporaryDirectory() as folder:
        def put(name, lines):
            path = os.path.join(folder, name + ".jsonl")
            with open(path, "w") as file:
                file.writelines(json.dumps(text) + "\n" for text in lines)
            return path
        command = [program, "score", "--metric", ",".join(metrics), "--sentence-level", "-o", "json", *flags]
        for k in range(len(references[0])):
            command += ["-r", put(f"r{k}", [of_segment[k] for of_segment in references])]
        rows = json.loads(subprocess.run(command + [put("h", hypotheses)], check=True, capture_output=True).stdout)
    return {metric: [row["value"] for row in rows if row["metric"] == metric] for metric in metrics}


def give_nltk_wordnet(folder):
    """Debian's files lack two lists, which no synonym depends on: of the lexicographers' files, and of keys of senses."""
    import nltk
    place = os.path.join(folder, "corpora", "wordnet")
    shutil.copytree(WORDNET, place)
    with open(os.path.join(place, "lexnames"), "w") as file:
        file.writelines(f"{k:02}\tname.{k}\t1\n" for k in range(45))
    open(os.path.join(place, "index.sense"), "w").close()
    nltk.data.path.append(folder)


def theirs(hypotheses, references):
    from nltk.translate.meteor_score import meteor_score
    from pycocoevalcap.bleu.bleu_scorer import BleuScorer
    from pycocoevalcap.cider.cider_scorer import CiderScorer
    from pycocoevalcap.rouge.rouge import Rouge
    from rouge_score.rouge_scorer import RougeScorer
    from sacrebleu.metrics import BLEU, CHRF, TER

    pairs = list(zip(hypotheses, references))
    for name, stem in (("", False), ("--stem", True)):
        kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
        scorer = RougeScorer(kinds, use_stemmer=stem)
        found = [[scorer.score(r, h) for r in refs] for h, refs in pairs]
        for kind in kinds:
            yield kind, [name] if name else [], [max(one[kind].fmeasure for one in scores) for scores in found]
    for tokenize in ("13a", "intl", "char", "zh", "none"):
        bleu = BLEU(effective_order=True, tokenize=tokenize)
        yield "bleu", ["--tokenize", tokenize], [bleu.sentence_score(h, refs).score for h, refs in pairs]
    yield "chrf", [], [CHRF().sentence_score(h, refs).score for h, refs in pairs]
    yield "chrf++", [], [CHRF(word_order=2).sentence_score(h, refs).score for h, refs in pairs]
    yield "ter", [], [TER().sentence_score(h, refs).score for h, refs in pairs]
    with tempfile.TemporaryDirectory() as folder:
        give_nltk_wordnet(folder)
        yield "meteor-wordnet", ["--wordnet", WORDNET], [meteor_score([r.split() for r in refs], h.split()) for h, refs in pairs]
    cider = CiderScorer(n=4, sigma=6.0)
    for h, refs in pairs:
        cider += (h, refs)
    yield "cider-d", [], list(cider.compute_score()[1])
    rouge, tokens = Rouge(), lambda text: " ".join(text.split()) or "\0"  # it parts at single blanks, we at runs of them, and calls "" a word
    yield "rougeL-coco", [], [
        rouge.calc_score([tokens(h)], [tokens(r) if r.strip() else "\1" for r in refs]) for h, refs in pairs]
    bleus = [[], [], [], []]
    for h, refs in pairs:
        scorer = BleuScorer(n=4)
        scorer += (h, refs)
        for of_order, value in zip(bleus, scorer.compute_score(option="closest", verbose=0)[0]):
            of_order.append(value)
    for n in range(4):
        yield f"bleu-{n + 1}", [], bleus[n]


def main(program, count=3000, seed=None):
    seed = int(seed) if seed else random.randrange(1 << 32)
    rng = random.Random(seed)
    references = [[line(rng, True) for _ in range(2)] for _ in range(int(count))]
    hypotheses = [changed(rng, rng.choice(refs), True) for refs in references]
    wrong = 0
    for metric, flags, expected in theirs(hypotheses, references):
        found = ours(program, [metric], hypotheses, references, *flags)[metric]
        off = [k for k, (a, b) in enumerate(zip(found, expected, strict=True)) if not abs((a or 0) - b) <= 1e-9]
        wrong += len(off)
        print(f"{metric} {' '.join(flags)}: {len(found)} segments, {len(off)} off")
        for k in off[:3]:
            print(f"  {found[k]} against {expected[k]}: {hypotheses[k]!r} {references[k]!r}")
    print(f"seed {seed}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
