"""What is known of English words before any paper is read, as lists with spaces between."""

__all__ = [
    "ADJECTIVE_ENDS",
    "ARTICLES",
    "FILLERS",
    "GENERIC",
    "IRREGULAR",
    "NEVER_HEADS",
    "NOUNS_IN_ADJECTIVES",
    "NOUNS_TOO",
    "NOUN_INGS",
    "OTHER_ADJECTIVES",
    "SIZES",
    "STOPS",
    "VERBS",
]

STOPS = """
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
FILLERS = """
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
SIZES = (
    "large small high low long short weak strong open hard free single general special principal "
    "raw real fast fine hot fair pure key big"
)
"""Say something of what follows only where both are one name: large language models."""
VERBS = """
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
IRREGULAR = """
arose arisen began begun brought built came chose chosen dealt drew drawn drove found fell fallen
felt fed forgot gave given got gotten gone went grew grown held kept knew led left lent lost made
meant met paid put ran rose risen said saw seen sent shown shed shone sought sold spent stood
stemmed stems took taken taught thought told understood undertaken underwent undergone underlying
wrote written overcame
"""
# Forms of verbs that are nouns as well, or stand in names: they do not end a phrase.
NOUNS_TOO = """
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
stand state states start stem stems stop stops study studies studying structured surges supply
supplies support supports supported surge suspended switching switched tackle test tests testing
transform transforms transformed translated treat turn turns understanding update updates updating
use uses view views viewing wish work works working write writing written yield yields connected
directed distributed closed fitted fitting drawing drawings finding grounded following weighted
interacting adapted adopted automated augmented extended embedded restricted integrated induced
forced divided constructed distinguishing summarizing trusted unsupervised supervised verified
controlled bounded focus focusing lower lying matching modeling modelling mixing reading hearing
speaking listening combined complement converted convex correct correcting detecting detected
deployed growing growth lens reflected reflecting scattered scattering
"""
NOUN_INGS = """
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
NOUNS_IN_ADJECTIVES = """
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
ADJECTIVE_ENDS = ("al", "ive", "ous", "able", "ible", "ic", "ful", "less", "ish", "wise", "ary")
OTHER_ADJECTIVES = """
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

GENERIC = """
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
NEVER_HEADS = """
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
ARTICLES = "a an the this these those our its their it them us how whether your his her"
DOERS = "we they"
"""What a verb follows."""
