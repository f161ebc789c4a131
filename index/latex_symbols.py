"""What LaTeX commands mean as text: the tables that latex.py reads."""

__all__ = [
    "ACCENTS",
    "ARGUMENT_DROPPED",
    "COMBINING",
    "ESCAPES",
    "FUNCTIONS",
    "GLUED",
    "LETTERS",
    "OPERATORS",
    "PLAIN",
    "REFERENCES",
    "SUBSCRIPTS",
    "SUPERSCRIPTS",
    "SWITCHES",
    "SYMBOLS",
    "TEXT_WRAPPERS",
    "VULGAR",
    "WRAPPERS",
]


def _table(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GREEK = _table(
    """alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι
    kappa κ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ
    upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ
    Upsilon Υ Phi Φ Psi Ψ Omega Ω"""
)

_ARROWS = _table(
    """to → rightarrow → longrightarrow → leftarrow ← gets ← longleftarrow ← leftrightarrow ↔
    longleftrightarrow ↔ Rightarrow ⇒ Longrightarrow ⇒ implies ⇒ Leftarrow ⇐ Leftrightarrow ⇔ iff ⇔
    mapsto ↦ longmapsto ↦ hookrightarrow ↪ rightharpoonup ⇀ rightleftharpoons ⇌ uparrow ↑
    downarrow ↓ updownarrow ↕ Uparrow ⇑ Downarrow ⇓ nearrow ↗ searrow ↘ leadsto ⇝
    rightsquigarrow ⇝ textrightarrow → textleftarrow ← xrightarrow → circlearrowright ↻"""
)

OPERATORS = _ARROWS | _table(
    """leq ≤ le ≤ leqslant ≤ geq ≥ ge ≥ geqslant ≥ neq ≠ ne ≠ ll ≪ gg ≫ lesssim ≲ gtrsim ≳ la ≲
    ga ≳ lessapprox ≲ gtrapprox ≳ approx ≈ approxeq ≈ simeq ≃ cong ≅ sim ~ equiv ≡ propto ∝ doteq ≐
    triangleq ≜ coloneqq ≔ colon : prec ≺ succ ≻ preceq ⪯ succeq ⪰ in ∈ notin ∉ ni ∋ subset ⊂
    subseteq ⊆ subsetneq ⊊ supset ⊃ supseteq ⊇ times × pm ± mp ∓ div ÷ cdot · ast * cup ∪ cap ∩
    setminus ∖ wedge ∧ land ∧ vee ∨ lor ∨ oplus ⊕ ominus ⊖ otimes ⊗ odot ⊙ bigoplus ⊕ bigotimes ⊗
    circ ∘ bullet • mid | parallel ∥ perp ⊥ vdash ⊢ models ⊨ vDash ⊨ asymp ≍ gtrless ≷ ltimes ⋉
    rtimes ⋊ bowtie ⋈ lt < gt > textless < textgreater > textasciitilde ~ textpm ± texttimes ×"""
)
"""Binary operators and relations, which stand between two operands."""

SYMBOLS = (
    _GREEK
    | OPERATORS
    | _table(
        """infty ∞ partial ∂ nabla ∇ forall ∀ exists ∃ nexists ∄ emptyset ∅ varnothing ∅ neg ¬
        lnot ¬ top ⊤ bot ⊥ angle ∠ ell ℓ hbar ℏ hslash ℏ Re ℜ Im ℑ wp ℘ aleph ℵ imath ı jmath ȷ
        prime ′ deg ° degree ° textdegree ° sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ oint ∮ bigcup ⋃
        bigcap ⋂ bigvee ⋁ bigwedge ⋀ ldots … dots … cdots … dotsc … dotsb … textellipsis … vdots ⋮
        langle ⟨ rangle ⟩ lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ lbrace { rbrace } lbrack [ rbrack ]
        lVert ‖ rVert ‖ Vert ‖ lvert | rvert | vert | star ⋆ bigstar ★ dagger † dag † ddagger ‡
        ddag ‡ diamond ⋄ Diamond ◇ square □ Box □ blacksquare ■ triangle △ bigtriangleup △
        blacktriangle ▲ triangledown ▽ bigcirc ◯ spadesuit ♠ heartsuit ♡ clubsuit ♣ diamondsuit ♢
        checkmark ✓ cmark ✓ xmark ✗ copyright © textcopyright © textregistered ® texttrademark ™
        pounds £ textsterling £ euro € texteuro € textyen ¥ S § textsection § P ¶ AA Å
        textperthousand ‰ perthousand ‰ textmu μ micro μ textbullet • textemdash — textendash –
        textbar | textbackslash \\ backslash \\ textunderscore _ textasciicircum ^ textquotesingle '
        textquoteleft ‘ textquoteright ’ textquotedblleft “ textquotedblright ” lq ‘ rq ’
        textonehalf ½ slash / lbrack [ oslash ⊘ surd √ complement ∁ sharp ♯ flat ♭ natural ♮
        smallsetminus ∖ because ∵ therefore ∴ mho ℧ beth ℶ eth ð sun ☉ earth ⊕ textbraceleft {
        textbraceright }"""
    )
)

LETTERS = _table(
    "ss ß o ø O Ø l ł L Ł ae æ AE Æ oe œ OE Œ aa å AA Å i ı j ȷ dh ð DH Ð th þ TH Þ dj đ DJ Đ ng ŋ"
)
"""Letters, which swallow the space that ends their name."""

GLUED = frozenset(
    {*_GREEK, "to", "infty", "cdot", "circ"}
    | {"rightarrow", "leftrightarrow", "Rightarrow", "Leftrightarrow"}
)
"""Commands recognised also where a page has lost the space after them (`\\rightarrowEn`)."""

FUNCTIONS = _words(
    """log ln lg exp sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan max min sup
    inf lim limsup liminf argmax argmin det dim ker gcd hom Pr mod bmod pmod poly polylog diag rank
    tr Tr sign sgn softmax var cov supp span"""
)

PLAIN = {
    "eg": "e.g.",
    "Eg": "E.g.",
    "ie": "i.e.",
    "Ie": "I.e.",
    "etc": "etc.",
    "etal": "et al.",
    "aka": "a.k.a.",
    "wrt": "w.r.t.",
    "cf": "cf.",
    "vs": "vs.",
    "iid": "i.i.d.",
    "msun": "M⊙",
    "Msun": "M⊙",
    "lsun": "L⊙",
    "Lsun": "L⊙",
    "rsun": "R⊙",
    "kms": "km/s",
    "arcsec": "″",
    "arcmin": "′",
    "item": "",
    "par": "",
    "newline": "",
    "linebreak": "",
    "quad": "",
    "qquad": "",
    "enspace": "",
    "thinspace": "",
    "space": "",
    "hfill": "",
    "t": "",
    "n": "",
}
"""Commands that stand for a word, or (empty) for a space."""

WRAPPERS = _words(
    """mathrm mathbf mathsf mathtt mathit mathcal mathbb mathfrak mathscr mathds mathnormal
    boldsymbol bm pmb bold operatorname operatornamewithlimits mathop mathbin mathrel mathord
    ensuremath underbrace overbrace boxed phantom smash"""
)
"""Commands with one argument that stays, read in the mode around it."""

TEXT_WRAPPERS = _words(
    """text textrm textbf textit texttt textsc textsf textup textsl textmd textnormal mbox hbox fbox
    emph underline uline ul hl sout uwave ac acs acl acf gls Gls glspl ion num si url nolinkurl path
    enquote mathchoice lowercase uppercase MakeUppercase footnotesize textquote"""
)
"""Commands with one argument that stays, read as text."""

REFERENCES = _words(
    """cite citep citet citealp citealt citeauthor citeyear citeyearpar Citep Citet parencite
    textcite autocite footcite nocite ref eqref pageref autoref nameref cref Cref vref label
    footnotemark bibitem"""
)
"""Commands that point to something an abstract does not have: dropped with their arguments."""

ARGUMENT_DROPPED = _words(
    """color vspace hspace vskip hskip begin end includegraphics bibliography bibliographystyle
    thanks pagestyle thispagestyle raisebox setlength hypersetup orcidlink inst"""
)
"""Commands that go together with their first argument."""

SWITCHES = _words(
    """rm bf it em tt sc sf sl cal up normalfont bfseries itshape ttfamily scshape sffamily rmfamily
    mdseries upshape boldmath unboldmath tiny scriptsize small normalsize large Large LARGE huge
    Huge displaystyle textstyle scriptstyle limits nolimits left right middle big Big bigg Bigg bigl
    bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm noindent indent centering protect relax
    allowbreak xspace nobreak leavevmode ignorespaces unskip nonumber notag hfil strut null
    sloppy nonfrenchspacing frenchspacing newpage clearpage bgroup egroup"""
)
"""Commands that change how things look, or where lines end, and say nothing."""

ACCENTS = {
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    '"': "\u0308",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "u": "\u0306",
    "v": "\u030c",
    "H": "\u030b",
    "c": "\u0327",
    "k": "\u0328",
    "d": "\u0323",
    "b": "\u0331",
    "r": "\u030a",
}
"""Text accents and the combining characters they stand for."""

COMBINING = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "bar": "\u0304",
    "overline": "\u0304",
    "vec": "\u20d7",
    "dot": "\u0307",
    "ddot": "\u0308",
    "acute": "\u0301",
    "grave": "\u0300",
    "breve": "\u0306",
    "check": "\u030c",
    "mathring": "\u030a",
}
"""Accents of mathematics: put on a single letter, left out over anything longer."""

VULGAR = frozenset({"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"})

ESCAPES = {
    **{char: char for char in "%&#$_{}"},
    **dict.fromkeys(",;:> \\", " "),
    **dict.fromkeys("!/-@", ""),
}
"""Backslash and a character that is no letter."""

SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
SUBSCRIPTS = str.maketrans("0123456789+-−", "₀₁₂₃₄₅₆₇₈₉₊₋₋")
