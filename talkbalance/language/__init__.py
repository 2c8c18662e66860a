"""What words mean, in German and English: word lists as data, and rules over them.

Public functions
----------------
words(text)
    The words of a text in lower case; the one rule for what a word is.
word_class(word, language), is_function_word(word, language)
    The class of a small word; whether it is one, so that a unit ending in it is hardly complete.
is_open(word, language)
    Whether a word needs another one after it.
is_cut_off(word)
    Whether a transcriber marked the word as broken off.
is_backchannel(text, language)
    Whether a text can be a listener signal; empty text can.
language_of(meeting)
    "de", "en", or None where it is another language or nothing tells. The functions above take None and then know no word.
content_words(text, language)
    The stems of the words that carry what a text is about.
sentences(meeting, language), question(text, language, marked=...)
    Where sentences end, and which of them ask.
"""

from talkbalance.language.content import content_words
from talkbalance.language.questions import Question, question
from talkbalance.language.sentences import Sentence, sentences
from talkbalance.language.words import (
    LANGUAGES,
    Language,
    is_backchannel,
    is_cut_off,
    is_function_word,
    is_open,
    language_of,
    word_class,
    words,
)

__all__ = [
    "LANGUAGES",
    "Language",
    "Question",
    "Sentence",
    "content_words",
    "is_backchannel",
    "is_cut_off",
    "is_function_word",
    "is_open",
    "language_of",
    "question",
    "sentences",
    "word_class",
    "words",
]
