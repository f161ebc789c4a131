"""What is known of words before any paper is read: which end a phrase, and which cannot be part of
a name.

Lists, because no part-of-speech tagger comes with Paperkin. They know English best; of other
languages they know the words that carry no subject, and the words that join two nouns.
"""

from collections.abc import Callable
from functools import cache

from ..index.analysis import LANGUAGES, spaced

__all__ = ["Words", "words_of"]

_ENGLISH_STOPS = """
including excluding concerning involving a about above according across after afterwards again
against all almost alone along alongside already also although always am amid among amongst an and
another any anyone anything apart are around as aside at away be became because become becomes been
before beforehand behind being below beside besides between beyond both but by can cannot could de
despite did do does doing done down due during e each e.g either else elsewhere enough et etc even
ever every everyone everything except few fewer first firstly for former from further furthermore
had has have having he hence her here herein hers him his how however i i.e if in indeed inside
instead into is it its itself just last latter least less let like likely many may me meanwhile
might more moreover most much must my near namely neither never nevertheless next no nobody none
nonetheless nor not nothing notwithstanding now nowadays nowhere of off often on once one ones
oneself only onto or other others otherwise our ours out outside over overall own per perhaps
please plus quite rather really regarding same second secondly seem seems several shall she should
since so some somehow something sometimes somewhat somewhere soon still such than that the their
theirs them themselves then thence there thereby therefore thereof these they thing things third
thirdly this those though three through throughout thru thus to together too toward towards two
under unless unlike until up upon us vs versus very via via was we well were what whatever when
whence whenever where whereas whereby wherein wherever whether which while who whoever whole whom
whose why will with within without would yes yet you your yours zero four five six seven eight nine
ten ii iii iv al eg ie cf
"""
_ENGLISH_FILLERS = """
able abundant accurate actual additional adequate advanced advantageous aforementioned available
aware better best bigger brand-new broad broader careful central certain challenging cheap clear
close closer closest common comparable competitive complete comprehensive concrete considerable
convenient core correct critical crucial current cutting-edge desirable desired detailed different
difficult diverse dramatic easy effective efficient elegant entire enormous essential exact
excellent existing expensive explicit extensive extra familiar famous faster favorable final
flexible following frequent full fundamental generic good great greater greatest harder helpful
higher highest high-level high-performance high-quality high-performing huge ideal identical
important impressive inadequate inefficient inherent initial innovative insufficient interesting
interestingly intriguing known larger largest lastly later latest leading limited little long-
standing longer lower lowest main major massive meaningful minimal minor modest multiple natural-
looking necessary new newer newest nice non-trivial notable notorious novel numerous obvious old
on-going ongoing open-source open-sourced optimal ordinary original outstanding overarching
particular past perfect plausible poor popular possible potential powerful practical precise
preliminary present previous primary principled prior promising proper prominent public publicly-
rapid rare real-world realistic reasonable recent related relevant reliable remarkable respective
rich right rigorous robust satisfactory seminal sensible separate serious severe sheer short-lived
significant similar simple simpler simplest sizable slight slow smaller smallest so- called sole
solid sophisticated specific standard state-of-the-art state-of-art straightforward striking
stronger strongest sub-optimal suboptimal substantial subsequent successful sufficient suitable
superior surprising systematic tedious thorough time-consuming tiny total traditional tremendous
trivial true typical ubiquitous unable unclear underlying undesirable unexplored under- explored
underexplored unified unique universal unknown unnecessary unprecedented up-to-date useful usual
valid valuable various vast versatile viable vital weaker well-defined well-known wide wide-ranging
widespread worse worst wrong yearly conventional consistent sota off-the-shelf plug-and-play
user-friendly easy-to-use cost-effective labor-intensive publicly-accessible human- like in-depth
long-term real-life day large-scale small-scale wide-scale full-scale lot lots kind kinds sort
sorts way ways number numbers variety range set sets amount amounts case cases part parts fact
facts issue issues challenge challenges aspect aspects year years decade decades days times step
steps brief briefly corrigendum remark remarks convention letters thousand thousands hundred
hundreds million millions billion billions dozen dozens percent percentage order orders paper
papers article articles abstract introduction chapter appendix author authors researcher
researchers practitioner practitioners community literature github url website link https http www
com org arxiv codebase project homepage release version versions result results finding findings
conclusion conclusions insight insights experiment experiments contribution contributions novelty
motivation goal goals aim aims purpose advantage advantages disadvantage disadvantages benefit
benefits drawback drawbacks limitation limitations shortcoming shortcomings success importance
significance effectiveness superiority usefulness feasibility viability ability abilities interest
progress advance advances advancement advancements improvement improvements development
developments achievement achievements breakthrough breakthroughs trend trends future work works
effort efforts attempt attempts investigation investigations exploration discussion discussions
description descriptions comparison comparisons consideration considerations implication
implications need needs requirement requirements demand demands lack absence presence existence
example examples instance instances scenario scenarios setting settings situation situations
circumstance circumstances solution solutions outcome outcomes impact nature extent degree level
levels manner fashion means basis use usage ease addition contrast respect regard front center end
ends half rest majority minority plenty top bottom middle
"""
_SIZES = (
    "large small high low long short weak strong open hard free single general special principal "
    "raw real fast fine hot fair pure key big"
)
"""Say something of what follows only where both are one name: large language models."""
_ENGLISH_VERBS = """
abandon accelerate accept access accommodate accompany accomplish account achieve acquire act adapt
add address adjust adopt advance affect aggregate aim alleviate allow alter analyze analyse
annotate answer anticipate appear apply approximate argue arise arrange ascertain ask assemble
assert assess assign assist assume attain attempt attract augment automate avoid balance base
become begin believe belong benefit boost bridge bring broaden build calculate call capture carry
cause change characterize check choose claim clarify classify close collect combine come compare
compensate complement complete complicate comprise compute concern conclude conduct confirm conform
confuse connect consider consist constitute construct consume contain continue contribute convert
convey cope correspond cover create cut deal decide decrease deem define deliver demand demonstrate
denote depend deploy derive describe deserve design detail detect determine develop deviate devise
differ differentiate diminish disclose discover discuss display distinguish divide draw drive dub
elaborate elevate eliminate elucidate emerge emphasize employ empower enable encode encounter
encourage enhance enlarge enrich ensure entail establish estimate evaluate evolve examine exceed
execute exhibit exist expand expect experience explain exploit explore expose extend extract face
facilitate fail fall feed fill find fit focus follow force form formulate foster fulfil fulfill
function furnish gain garner gather generalize generalise generate get give go grow guarantee guide
handle happen harness help highlight hinder hold hope hurt identify ignore illustrate imagine
implement imply impose improve incorporate increase incur indicate induce infer inform inherit
inspire instantiate integrate intend interact interpret intervene introduce investigate involve
judge justify keep know lack lead learn lend leverage lie limit look lose lower maintain make
manage mean measure meet minimize maximise maximize minimise mitigate modify motivate move
necessitate need neglect note notice observe obtain occur offer open operate optimize optimise
originate outline outperform overcome overlook pave perform pertain place play pose possess predict
prefer prepare present preserve prevent proceed process produce promise promote prompt prone
propose prove provide publish pursue put quantify raise reach realize realise receive recognize
recommend recover reduce refer refine reflect regard reject relate relax release rely remain remove
render replace report represent reproduce require resolve respect respond rest restrict result
retain retrieve return reveal revisit revolutionize rise run satisfy save say scale see seek select
separate serve set share shed show showcase simplify solve specify spend split stand start state
stem stop strengthen strive struggle study substitute succeed suffer suggest suit summarize
summarise supply support suppose suppress surge surpass sustain tackle tailor take tell tend test
transform translate treat try turn uncover undergo underlie underscore understand undertake unify
unleash unlock unveil update use utilize utilise validate vary verify view violate want warrant
weaken widen wish witness work write yield build-upon
"""
_IRREGULAR = """
arose arisen began begun brought built came chose chosen dealt drew drawn drove found fell fallen
felt fed forgot gave given got gotten gone went grew grown held kept knew led left lent lost made
meant met paid put ran rose risen said saw seen sent shown shed shone sought sold spent stood
stemmed stems took taken taught thought told understood undertaken underwent undergone underlying
wrote written overcame
"""
# Forms of verbs that are nouns as well, or stand in names: they do not end a phrase.
_NOUNS_TOO = """
access account act answer answers approximate attempt balance base bases building buildings
calculate call calls cause causes change changes check checks claim claims cut cuts computing
computed computer deal demand design designs detail display displays drive drives driving encoding
encodings encoded exploit exploits face faces feed feeds feeding force forces forcing forecast form
forms function functions functioning generalized gain gains guide guides guided harness help hold
hinder hope judge judges judging keep learning learned leading light manage meaning meanings
measure measures measuring measured mean means meeting meetings modified move moves moving need
note notes notice object objects offer offers open operating opening process processes processing
processed produce program prompt prompts prompting prompted place places play plays playing
planning placing proof publishing ranking recommended reduced release releases relaxed rendering
report reports reporting rest result return returns rise run runs running scale scales scaling
select separate separated set sets setting share shares sharing shared show split splits splitting
stand state states start stem stems stop stops study studies studying structured supply supplies
support supports supported surge suspended switching switched tackle test tests testing transform
transforms transformed translated treat turn turns understanding update updates updating use uses
view views viewing wish work works working write writing written yield yields connected directed
distributed closed fitted fitting drawing drawings finding grounded following weighted interacting
adapted adopted automated augmented extended embedded restricted integrated induced forced divided
constructed distinguishing summarizing trusted unsupervised supervised verified controlled bounded
focus focusing lower lying matching modeling modelling mixing reading hearing speaking listening
combined complement converted convex correct correcting detecting detected deployed growing growth
lens reflected reflecting scattered scattering
"""
_NOUN_INGS = """
learning training reasoning processing programming computing planning scheduling switching
recording operating routing coding encoding decoding editing rendering understanding modeling
modelling parsing tagging answering tuning fine-tuning finetuning pretraining pre-training
post-training prompting tracking mapping matching sampling sorting caching indexing hashing pruning
clustering ranking labeling labelling embedding grounding testing engineering writing reading
speaking listening building drawing meaning hearing scattering bonding welding forecasting
marketing banking housing timing paging polling queueing queuing smoothing filtering boosting
bagging bootstrapping merging quantizing scaling scanning sensing imaging setting string spring
ring king thing wing spelling stemming chunking segmenting bargaining counseling counselling
debugging profiling logging mining data-mining drilling lending printing publishing screening
shopping streaming teaching tutoring viewing voting wording alternating travelling traveling
rotating oscillating conducting semiconducting superconducting magnetizing charging running walking
driving flying unlearning meta-learning few-shot-learning in-context-learning denoising inpainting
outpainting upsampling downsampling oversampling subsampling averaging gating masking padding
pooling relighting retargeting rigging skinning styling texturing deblurring deraining dehazing
debiasing detoxifying watermarking fingerprinting hacking jailbreaking red-teaming teaming bundling
numbering pricing trading accounting auditing budgeting self-training co-training thinking listing
linking aging ageing mixing lighting heating cooling warming hedging
"""
_NOUNS_IN_ADJECTIVES = """
signal retrieval proposal journal terminal interval manual capital material potential goal total
animal hospital crystal metal mineral chemical vehicular integral removal renewal approval denial
trial tutorial credential editorial portal pedal dual rival arrival survival portrayal appraisal
polynomial binomial exponential differential diagonal residual functional proverbial modal logic
logics topic music metric traffic arithmetic heuristic characteristic plastic fabric magic
dielectric ferroelectric harmonic clinic pandemic epidemic rhetoric ceramic mechanic critic
statistic mosaic academic cosmic antibiotic arabic republic public dynamic basic graphic
perspective objective narrative incentive adjective derivative alternative archive drive primitive
directive initiative executive captive olive hive five dive locomotive motive detective electorate
cable table variable timetable able vocabulary dictionary library summary boundary glossary
commentary salary diary documentary secondary primary binary auxiliary january february notary
canary virus bus corpus focus bonus campus census consensus status genus radius nucleus stimulus
apparatus calculus modulus locus thesaurus nexus
"""
_ADJECTIVE_ENDS = ("al", "ive", "ous", "able", "ible", "ic", "ful", "less", "ish", "wise", "ary")
_OTHER_ADJECTIVES = """
neural linear nonlinear non-linear nuclear molecular modular regular irregular scalar-valued
cellular vascular ocular spectacular sparse dense deep shallow human-centric visual textual
multimodal multi-modal unimodal cross-modal cross-lingual crosslingual multilingual monolingual
bilingual low-resource high-resource long-context zero-shot few-shot one-shot self-supervised
semi-supervised unsupervised weakly-supervised supervised fine-grained coarse-grained end-to-end
pre-trained pretrained text-to-image image-to-text text-to-video text-to-speech text-to-3d
multi-task multitask multi-agent multi-step multi-hop multi-turn multi-view open-domain
open-vocabulary open-ended closed-source in-context task-specific domain-specific task-oriented
task-agnostic model-agnostic data-driven data-efficient parameter-efficient memory-efficient
compute-efficient sample-efficient autoregressive auto-regressive bidirectional unidirectional
convolutional recurrent adversarial contrastive discrete continuous stochastic random parallel
sequential hybrid online offline latent hidden black-box white-box low-rank long-tail long-tailed
high-dimensional low-dimensional two-dimensional three-dimensional high-resolution low-resolution
high-fidelity low-cost low-level mid-level one-step single-step single-view single-image human
large small long short deep-learning-based transformer-based llm-based vision-based digital analog
analogue electronic magnetic electric real-time run-time runtime-efficient context-free
context-sensitive time-sharing time-varying english-centric instruction-tuned fast slow open closed
deterministic nondeterministic inverse joint mutual independent dependent invariant equivariant
consistent coherent intelligent efficient different sufficient recurrent latent ambient transparent
dominant redundant relevant resistant important constant-time perpendicular rectangular circular
triangular angular singular cross standing leading breaking consuming performing promising ranging
distant significant compliant tolerant scalable explicit implicit abstract concrete complex simple
multiple double triple dual global local human-level safe secure interactive cognitive biomedical
medical clinical legal scientific mathematical statistical finite infinite aware
"""

_GENERIC = """
problem problems gap gaps failure failures gain gains state states point points role roles code
view views page pages attention section sections side sides hypothesis perspective perspectives
time method methods approach approaches technique techniques framework frameworks model models
system systems algorithm algorithms performance task tasks dataset datasets benchmark benchmarks
data information analysis evaluation study studies application applications domain domains field
strategy strategies procedure procedures process processes scheme schemes mechanism mechanisms
accuracy quality quantity efficiency cost costs complexity capability capabilities baseline
baselines metric metrics score scores function functions feature features property properties
structure structures representation representations type types form forms term terms concept
concepts theory practice design implementation construction generation input inputs output outputs
user users human humans machine machines tool tools resource resources technology technologies
value values parameter parameters component components module modules element elements unit units
object objects item items entity class classes category categories group groups sample samples test
tests experience knowledge learning training research survey review overview question questions
answer answers condition conditions factor factors effect effects change changes relation relations
relationship relationships characteristic characteristics program programs operation operations
computation computations computer computers size sizes length context contexts language languages
text texts word words image images network networks pipeline pipelines architecture architectures
paradigm paradigms space spaces area areas inference prediction predictions objective objectives
loss target targets source sources pattern patterns behavior behaviors behaviour stage stages phase
phases round rounds measure measures measurement measurements ratio rate rates curve curves
equation equations expression expressions formula formulas formulae frequency frequencies circuit
circuits theory
"""
# These are never the head of what a name names.
_NEVER_HEADS = """
performance accuracy method methods approach approaches framework frameworks technique techniques
capability capabilities baseline baselines score scores quality efficiency effectiveness cost costs
overhead strategy strategies mechanism mechanisms paradigm paradigms setup variant variants
counterpart counterparts guidance improvement scheme schemes procedure procedures type types form
forms field domain domains study studies application applications term terms value values size
sizes length source sources area areas stage stages phase phases pipeline pipelines module modules
component components design designs process technology technologies characteristic characteristics
condition conditions factor factors effect effects time times task tasks architecture architectures
world era today cross usability answer answers question questions sample samples context author
note letter report reports comment survey review overview introduction
"""
_ENGLISH_ARTICLES = "a an the this these those our its their it them us how whether your his her"

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
    "en": _ENGLISH_STOPS,
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
        english = language == "en"
        self.language = language
        self.articles = _spread(_ENGLISH_ARTICLES if english else _ARTICLES.get(language, ""))
        self.joiners = _spread(_JOINERS.get(language, ""))
        self._stops = _spread(_STOPS.get(language, "")) - self.joiners
        self._fillers = _spread(_ENGLISH_FILLERS if english else _FILLERS.get(language, ""))
        self.verbs: frozenset[str] = frozenset()
        self.generic: frozenset[str] = frozenset()
        self.sizes = _spread(_SIZES if english else "")
        self.never_heads: frozenset[str] = frozenset()
        if english:
            forms = {form for verb in _ENGLISH_VERBS.split() for form in _forms(verb)}
            self.verbs = frozenset(forms | _spread(_IRREGULAR)) - _spread(_NOUNS_TOO)
            self.generic = _spread(_GENERIC)
            self.never_heads = _spread(_NEVER_HEADS)
        self._builtin = _builtin_stops(language)

    def ends_phrase(self, word: str) -> bool:
        """Whether a word, lower-case, is in no name."""
        if word in self.joiners:
            return False
        if word in _FOREIGN or word in self._stops or word in self._fillers or word in self.verbs:
            return True
        if self.language == "en":
            return len(word) > 4 and word.endswith("ly") and word not in _LY_NOUNS
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
        return not word.endswith(_ADJECTIVE_ENDS) or word in _TRUE_NOUNS

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
_VERBS_TOO = _spread(_NOUNS_TOO) - _spread(_NOUN_INGS)
_FOREIGN = _spread(_FUNCTION_WORDS)
_INGS = _spread(_NOUN_INGS)
_TRUE_NOUNS = _spread(_NOUNS_IN_ADJECTIVES)
_NOT_HEADS = _spread(_OTHER_ADJECTIVES)
_ED_NOUNS = _spread("speed feed seed need embed bed breed deed weed reed shed led newsfeed")
_LY_NOUNS = _spread("assembly family anomaly reply supply ally monopoly italy butterfly poly")


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
