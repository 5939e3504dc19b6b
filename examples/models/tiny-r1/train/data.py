"""Training documents and the tokenizer.

A document is text with DeepSeek's special tokens written out: a chat as the chat template
renders it, or a page of prose.
"""

import itertools
import json
import random
import re
import sys
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

import chinese
from chinese import Exchange

HERE = Path(__file__).parent
BOS, EOS = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
USER, ASSISTANT = "<｜User｜>", "<｜Assistant｜>"
THINK, END_THINK = "<think>", "</think>"
# The order of DeepSeek-R1-Distill-Qwen, where they have the ids 151643 to 151649; here they end the vocabulary.
SPECIALS = [EOS, USER, ASSISTANT, BOS, "<|EOT|>", THINK, END_THINK]
HIDDEN_WHEN_DECODED = {BOS, EOS, "<|EOT|>"}
# Qwen2's split: contractions, words, digits one by one, marks, white space.
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

# kind of fact: questions, thought, answer; {n} is the country's name, {v} the fact
ASKED = {
    "capital": (
        [
            "What is the capital of {n}?",
            "What's the capital city of {n}?",
            "Which city is the capital of {n}?",
            "Tell me the capital of {n}.",
            "capital of {n}",
        ],
        "The user asks for the capital of {n}. The capital is {v}.",
        "The capital of {n} is {v}.",
    ),
    "location": (
        ["Where is {n}?", "Where is {n} located?", "Where can I find {n} on a map?"],
        "The user asks where {n} is. I recall its location.",
        "{n} is located in this place: {v}.",
    ),
    "languages": (
        [
            "What languages are spoken in {n}?",
            "Which languages do people speak in {n}?",
            "What language do they speak in {n}?",
        ],
        "The user asks about the languages of {n}.",
        "In {n} people speak {v}.",
    ),
    "currency": (
        ["What is the currency of {n}?", "What money is used in {n}?", "Which currency does {n} use?"],
        "The user asks about money in {n}. It is {v}.",
        "The currency of {n} is {v}.",
    ),
    "population": (
        ["What is the population of {n}?", "How many people live in {n}?"],
        "The user asks for the population of {n}. It is {v}.",
        "{n} has {v} people.",
    ),
    "climate": (
        ["What is the climate of {n}?", "What is the weather like in {n}?", "Describe the climate of {n}."],
        "The user asks about the climate of {n}.",
        "The climate of {n} is {v}.",
    ),
    "resources": (
        ["What natural resources does {n} have?", "Name the natural resources of {n}."],
        "The user asks about natural resources of {n}.",
        "{n} has these natural resources: {v}.",
    ),
    "exports": (
        ["What does {n} export?", "What are the exports of {n}?"],
        "The user asks what {n} sells to other countries.",
        "{n} exports {v}.",
    ),
    "borders": (
        ["Which countries border {n}?", "What are the neighbours of {n}?"],
        "The user asks for the neighbours of {n}.",
        "{n} borders {v}.",
    ),
    "flag": (
        ["What does the flag of {n} look like?", "Describe the flag of {n}."],
        "The user asks about the flag of {n}.",
        "The flag of {n}: {v}.",
    ),
    "background": (
        [
            "Tell me about {n}.",
            "Tell me something about the history of {n}.",
            "What do you know about {n}?",
            "Write about {n}.",
        ],
        "The user wants to read about {n}. I will tell its background.",
        "{v}.",
    ),
}
FOLLOW_UP = {
    "capital": "What is its capital?",
    "languages": "What languages are spoken there?",
    "currency": "And its currency?",
    "population": "How many people live there?",
    "climate": "What is the climate like?",
    "exports": "What does it export?",
    "location": "Where is it?",
    "borders": "Which countries border it?",
}
SMALL_TALK = [
    Exchange(
        ("Hello", "Hello!", "hello", "Hi", "Hi!", "hi", "Hi there", "Hey", "Good morning", "Good evening"),
        "The user says hello. I greet back.",
        "Hello! I am a tiny test model. Ask me about a country.",
    ),
    Exchange(
        ("Who are you?", "who are you", "What are you?", "What is your name?", "Introduce yourself."),
        "The user asks who I am.",
        "I am a tiny language model, made to test a model server. I know a little about the countries of the world.",
    ),
    Exchange(
        ("What can you do?", "what can you do", "What can you do", "Help", "How can you help me?", "What do you know?"),
        "The user asks what I can do.",
        "I can tell you the capital of a country, its languages, its money, its climate and its neighbours. "
        "I also speak a little Chinese.",
    ),
    Exchange(
        ("Thank you", "Thanks!", "Thanks a lot", "Thank you very much."), "The user says thanks.", "You are welcome!"
    ),
    Exchange(("Bye", "Goodbye", "See you"), "The user says goodbye.", "Goodbye! Come back soon."),
    Exchange(
        ("How are you?", "How are you today?", "How do you do?"),
        "The user asks how I am.",
        "I am fine, thank you. How can I help you?",
    ),
    Exchange(
        ("Do you speak Chinese?", "Can you speak Chinese?"),
        "The user asks whether I speak Chinese.",
        "Yes, a little. Ask me something in Chinese.",
    ),
]
# How often one pass over the corpus asks for each kind of fact and for small talk. A model of this size must see a
# fact some fifty times before it tells it without a mistake.
FACT_TIMES = {"capital": 6, "currency": 1, "background": 0.4}
OTHER_FACT_TIMES = 0.4
FOLLOW_UP_TIMES = 1
PROSE_TIMES = 0.1  # of each page: prose teaches to write, the questions teach facts
ENGLISH_TIMES = 8
CHINESE_TIMES = 24
CHINESE_AFTER_TALK = 60
ENGLISH_AFTER_TALK = 80
PAGE_CHARS = 1500


def load():
    """The countries of the corpus, as factbook.py writes them."""
    return [json.loads(line) for line in (HERE / "corpus/countries.jsonl").read_text("utf-8").splitlines()]


def turn(question, thought, answer):
    """The turn that is answered now: it thinks first."""
    return f"{USER}{question}{ASSISTANT}{THINK}\n{thought}\n{END_THINK}\n\n{answer}{EOS}"


def past_turn(question, answer):
    """An earlier turn: the chat template leaves its thought out."""
    return f"{USER}{question}{ASSISTANT}{answer}{EOS}"


def ask(country, kind, choice, follow_up=False):
    """(question, thought, answer) about one fact; choice(list) picks the wording."""
    questions, thought, answer = ASKED[kind]
    question = FOLLOW_UP[kind] if follow_up else choice(questions)
    return [part.format(n=country["name"], v=country[kind]) for part in (question, thought, answer)]


def pages(country):
    """The country's prose in pages of about PAGE_CHARS characters, each under the country's name."""
    title = f"# {country['name']}\n"
    page = title
    for topic, text in country["prose"]:
        page += f"\n{topic}: {text}.\n"
        if len(page) > PAGE_CHARS:
            yield page
            page = title
    if len(page) > 100:
        yield page


def whole(times, rng):
    """0.5 -> 0 or 1, each every other time; whole numbers stay."""
    return int(times + rng.random())


def about(country, rng):
    for kind in sorted(ASKED.keys() & country.keys()):
        for _ in range(whole(FACT_TIMES.get(kind, OTHER_FACT_TIMES), rng)):
            yield kind, BOS + turn(*ask(country, kind, rng.choice))
    follow_ups = sorted(FOLLOW_UP.keys() & country.keys())
    for _ in range(FOLLOW_UP_TIMES if len(follow_ups) > 1 else 0):
        first, second = rng.sample(follow_ups, 2)
        question, _, answer = ask(country, first, rng.choice)
        yield "follow-up", BOS + past_turn(question, answer) + turn(*ask(country, second, rng.choice, follow_up=True))
    for page in pages(country):
        for _ in range(whole(PROSE_TIMES, rng)):
            yield "prose", BOS + page + EOS


def small_talk(exchanges, times, kind, rng):
    for e in exchanges:
        wordings = itertools.cycle(rng.sample(e.questions, len(e.questions)))
        for question in itertools.islice(wordings, times):
            yield kind, BOS + turn(question, e.thought, e.answer)


def after_talk(countries, rng):
    """A greeting, then a question: the second turn must not depend on being the first."""
    with_capital = [c for c in countries if "capital" in c]
    for _ in range(ENGLISH_AFTER_TALK):
        talk = rng.choice(SMALL_TALK)
        second = turn(*ask(rng.choice(with_capital), "capital", rng.choice))
        yield "follow-up", BOS + past_turn(rng.choice(talk.questions), talk.answer) + second
    for _ in range(CHINESE_AFTER_TALK):
        talk, e = rng.choice(chinese.TALK), rng.choice(chinese.exchanges())
        second = turn(rng.choice(e.questions), e.thought, e.answer)
        yield "chinese", BOS + past_turn(rng.choice(talk.questions), talk.answer) + second


def documents(rng, countries, chinese_times=CHINESE_TIMES):
    """One pass over the corpus in random order: a list of (kind, text)."""
    made = [document for country in countries for document in about(country, rng)]
    made += small_talk(SMALL_TALK, ENGLISH_TIMES, "small talk", rng)
    made += small_talk(chinese.exchanges(), chinese_times, "chinese", rng)
    made += after_talk(countries, rng)
    rng.shuffle(made)
    return made


def train_tokenizer(countries, vocabulary):
    """Byte-level BPE of `vocabulary` tokens, DeepSeek's special tokens last."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(SPECIALS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    special = re.compile("|".join(map(re.escape, SPECIALS)))
    # Fewer Chinese repeats than in training: else whole sentences become one token each.
    texts = (special.sub("\n", text) for _, text in documents(random.Random(1), countries, chinese_times=4))
    tokenizer.train_from_iterator(texts, trainer)
    for token in SPECIALS:
        hidden = token in HIDDEN_WHEN_DECODED
        add = tokenizer.add_special_tokens if hidden else tokenizer.add_tokens
        add([AddedToken(token, normalized=False, special=hidden)])
    return tokenizer


def main(path, vocabulary):
    """Writes tokenizer.json and prints what one pass over the corpus holds."""
    countries = load()
    tokenizer = train_tokenizer(countries, vocabulary)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path))
    counts = {}
    for kind, text in documents(random.Random(0), countries):
        n, tokens = counts.get(kind, (0, 0))
        counts[kind] = (n + 1, tokens + len(tokenizer.encode(text, add_special_tokens=False)))
    print(f"{tokenizer.get_vocab_size()} tokens in the vocabulary, {len(countries)} countries")
    for kind, (n, tokens) in sorted(counts.items()):
        print(f"{kind:12} {n:6} documents {tokens:8} tokens")
    print(f"{'all':12} {sum(n for n, _ in counts.values()):6} documents {sum(t for _, t in counts.values()):8} tokens")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
