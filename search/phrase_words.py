"""What is known of words before any paper is read: which end a phrase, and which cannot be part of
a name.

Lists, because no part-of-speech tagger comes with Paperkin. They know English best; of other
languages they know the words that carry no subject, and the words that join two nouns.
"""

from collections.abc import Callable
from functools import cache

from ..index.analysis import LANGUAGES, spaced
from . import english_words as english

__all__ = ["Words", "words_of"]


_FUNCTION_WORDS = """
the and of to with for from that which this these are is was by on an des les dans une nous cet
cette ces est sont pour avec sur par qui que dont aux leur leurs notre nos ainsi comme entre peut
être sommes afin un le la du en et ou pas plus au est el il les der ici cela ce travail résultats
montrent montrons présentons présente proposons ergebnisse resultados risultati das und ist ein
eine einer eines einem einen den dem mit für auf wird werden durch sich nicht wir zur zum bei oder
auch wie los las una unos unas del por para como más esta este estos estas sus uma dos das não são
pelo pela della dei delle degli nel nella sono che gli
"""
"""A library has texts in other languages than its own."""

_JOINERS = {
    "en": "of",
    "fr": "de du des d à en",
    "es": "de del",
    "it": "di del della dei delle degli da",
    "pt": "de do da dos das",
    "ro": "de a al",
}
"""Words that stand between the two nouns of a name."""
_ARTICLES = {
    "da": "en et den det de",
    "de": "der die das dem den des ein eine einen einer eines einem",
    "es": "el la los las un una unos unas este esta",
    "fr": "le la les un une cette ces l ce",
    "it": "il lo la gli le un una uno questo questa i",
    "nl": "de het een dit deze",
    "no": "en et den det de",
    "pt": "o a os as um uma este esta",
    "sv": "en ett den det de",
}
_STOPS = {
    "ar": "في من على إلى عن مع هذا هذه التي الذي أن إن كان كانت ما لا أو و ثم قد كل بين بعد قبل "
    "عند حيث ذلك تلك هو هي هم كما لم لن غير أي عبر خلال باستخدام نحو ضد",
    "el": "ο η το οι τα του της των τον την τους τις σε στο στη στην στον στα στις στους με για "
    "από που και ή να θα δεν είναι ως κατά αυτό αυτή αυτά ένα μια ένας έναν μιας ενός όπως αλλά "
    "μεταξύ προς χωρίς πολύ πιο επίσης καθώς",
    "en": english.STOPS,
    "ro": "și în pe cu la din pentru că ce care este sunt un o nu se mai sau fi prin ale ai al a "
    "lui lor acest această aceste acestea între după fără dar ca de către poate fost foarte",
    "ta": "ஒரு இந்த அந்த மற்றும் என்று என என்ற உள்ள ஆகும் இது அது இல் கொண்டு மூலம் போன்ற பல சில",
    "tr": "ve bir bu da de ile için olarak olan gibi daha çok en ise ama veya ya ki ne her şu o "
    "biz olduğu göre kadar sonra önce üzerine arasında tarafından değil",
    "zh": "的 了 和 是 在 与 及 为 对 其 这 那 我 们 以 并 或 而 被 从 到 把 将 等 个 种 也 都 可 "
    "该 本 文 有 不 于 所 此 之 上 下 时 能 会 使 用 通 过 提 出 地 得",
    "ja": "本",
}
"""Words that carry no subject, where Tantivy has no list."""
_FILLERS = {
    "de": "neue neuer neues neuen verschiedene verschiedenen arbeit methode methoden ansatz "
    "ergebnisse verfahren studie artikel",
    "es": "nuevo nueva nuevos nuevas artículo método métodos resultados trabajo estudio diferentes",
    "fr": "nouveau nouvelle nouveaux nouvelles article méthode méthodes résultats travail étude "
    "approche différents",
    "it": "nuovo nuova nuovi nuove articolo metodo metodi risultati lavoro studio approccio",
    "pt": "novo nova novos novas artigo método métodos resultados trabalho estudo abordagem",
    "zh": "方法 研究 结果 实验 论文 问题 方面 基于",
    "ja": "論文 提案 手法 研究 結果 実験 方法",
}


def _spread(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _forms(verb: str) -> set[str]:
    """The forms of an English verb that rules give; one that does not exist does no harm."""
    stem = verb[:-1] if verb.endswith("e") else verb
    forms = {verb, f"{verb}s", f"{stem}ed", f"{stem}ing"}
    if verb.endswith(("s", "sh", "ch", "x", "z")):
        forms.add(f"{verb}es")
    if verb.endswith("y") and verb[-2] not in "aeiou":
        forms |= {f"{verb[:-1]}ies", f"{verb[:-1]}ied"}
    if (
        len(verb) > 2
        and verb[-1] in "bdglmnprt"
        and verb[-2] in "aeiou"
        and verb[-3] not in "aeiou"
    ):
        forms |= {f"{verb}{verb[-1]}ed", f"{verb}{verb[-1]}ing"}
    return forms


class Words:
    """The words of a language, all lower-case."""

    def __init__(self, language: str) -> None:
        in_english = language == "en"
        self.language = language
        self.articles = _spread(english.ARTICLES if in_english else _ARTICLES.get(language, ""))
        self.doers = _spread(english.DOERS if in_english else "")
        self.joiners = _spread(_JOINERS.get(language, ""))
        self._stops = _spread(_STOPS.get(language, "")) - self.joiners
        self._fillers = _spread(english.FILLERS if in_english else _FILLERS.get(language, ""))
        self.verbs: frozenset[str] = frozenset()
        self.generic: frozenset[str] = frozenset()
        self.sizes = _spread(english.SIZES if in_english else "")
        self.never_heads: frozenset[str] = frozenset()
        if in_english:
            forms = {form for verb in english.VERBS.split() for form in _forms(verb)}
            self.verbs = frozenset(forms | _spread(english.IRREGULAR)) - _spread(english.NOUNS_TOO)
            self.generic = _spread(english.GENERIC)
            self.never_heads = _spread(english.NEVER_HEADS)
        self._builtin = _builtin_stops(language)

    def ends_phrase(self, word: str) -> bool:
        """Whether a word, lower-case, is in no name."""
        if word in self.joiners:
            return False
        if word in _FOREIGN or word in self._stops or word in self._fillers or word in self.verbs:
            return True
        if self.language == "en":
            return len(word) > 4 and word.endswith(_OTHER_ENDS) and word not in _OTHERWISE
        return self._builtin(word)

    def may_stand_alone(self, word: str) -> bool:
        """Whether a word may be a name by itself, as far as is known."""
        return self.language != "en" or (word not in _VERBS_TOO and word not in self.generic)

    def may_be_head(self, word: str) -> bool:
        """Whether a word may be the last of a name."""
        if self.language != "en":
            return True
        if word in _NOT_HEADS or word in self.never_heads:
            return False
        if word.endswith("ed") and word not in _ED_NOUNS:
            return False
        if "-" in word:
            last = word.rpartition("-")[2]
            noun = last.endswith(_NOUN_ENDS) or last[-1:].isdigit() or "-of-" in word
            return noun and last not in _NOT_HEADS and not word.startswith("out-of-")
        return not word.endswith(english.ADJECTIVE_ENDS) or word in _TRUE_NOUNS

    def may_begin(self, word: str) -> bool:
        """Whether an English word that ends in -ing may begin a name, as far as is known."""
        return word in _INGS or "-" in word


_NOUN_ENDS = (
    "rs",
    "ts",
    "ns",
    "ls",
    "es",
    "ing",
    "tion",
    "er",
    "or",
    "ment",
    "ence",
    "ance",
    "ity",
    "ism",
    "ness",
    "sion",
)
_VERBS_TOO = _spread(english.NOUNS_TOO) - _spread(english.NOUN_INGS)
_FOREIGN = _spread(_FUNCTION_WORDS)
_INGS = _spread(english.NOUN_INGS)
_TRUE_NOUNS = _spread(english.NOUNS_IN_ADJECTIVES)
_NOT_HEADS = _spread(english.OTHER_ADJECTIVES)
_ED_NOUNS = _spread("speed feed seed need embed bed breed deed weed reed shed led newsfeed")
_OTHER_ENDS = ("ly", "ate", "ize", "ify")
"""Ends of adverbs and verbs, of which the lists have but some."""
_OTHERWISE = _spread(
    "assembly family anomaly reply supply ally monopoly italy butterfly climate private template "
    "candidate surrogate aggregate certificate substrate coordinate duplicate intermediate "
    "delegate graduate undergraduate postgraduate immediate ultimate approximate multivariate "
    "univariate bivariate covariate variate corporate moderate carbonate nitrate sulfate phosphate "
    "magistrate delicate associate mandate update senate pirate debate plate conjugate alternate "
    "state private prelate climate affiliate articulate chocolate prize inanimate animate"
)


def _builtin_stops(language: str) -> Callable[[str], bool]:
    """Whether a word is one of Tantivy's stop words of a language."""
    never = frozenset(("en", *_STOPS))
    if language in never or not spaced(language):
        return lambda word: False
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    analyzer = builder.filter(tantivy.Filter.stopword(LANGUAGES[language])).build()

    def stops(word: str) -> bool:
        return word.isalpha() and not analyzer.analyze(word)

    return cache(stops)


@cache
def words_of(language: str) -> Words:
    """What is known of a language."""
    return Words(language)
