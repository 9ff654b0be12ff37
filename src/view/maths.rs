//! TeX maths to one or more lines of Unicode: `\lceil n/2 \rceil` to `⌈n/2⌉`, `x_i^2` to `xᵢ²`.
//! Not for typesetting: whatever has no sign in Unicode is left as a readable word.

/// Braces deeper than this are read as text.
const DEEPEST: usize = 32;

/// Returns a formula as Unicode text; `\\` becomes a line feed.
#[must_use]
pub fn unicode(tex: &str) -> String {
    let mut reader = Reader { rest: tex.chars().collect(), at: 0 };
    let text = reader.sequence(None, 0);
    // TeX ignores blanks; one is enough for people.
    let lines = text.split('\n').map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

struct Reader {
    rest: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Reads to a closing sign, or to the end.
    fn sequence(&mut self, close: Option<char>, depth: usize) -> String {
        let mut text = String::new();
        while let Some(c) = self.next() {
            if Some(c) == close {
                break;
            }
            match c {
                '^' => text.push_str(&raised(&self.argument(depth), '^', superscript)),
                '_' => text.push_str(&raised(&self.argument(depth), '_', subscript)),
                '{' if depth < DEEPEST => text.push_str(&self.sequence(Some('}'), depth + 1)),
                '}' | '&' | '~' => text.push(' '),
                '\\' => {
                    let said = self.command(depth);
                    // `2\log n` and `a\mod b`: a word needs its blank.
                    let glued = |a: Option<char>, b: Option<char>| {
                        a.is_some_and(char::is_alphanumeric) && b.is_some_and(|c| c.is_ascii_lowercase())
                    };
                    if said.len() > 1 && glued(text.chars().next_back(), said.chars().next()) {
                        text.push(' ');
                    }
                    text.push_str(&said);
                }
                '-' => text.push('−'),
                '\'' => text.push('′'),
                '*' => text.push('∗'),
                c => text.push(c),
            }
        }
        text
    }

    /// Reads what a command or a script applies to: a group, a command, or one character.
    fn argument(&mut self, depth: usize) -> String {
        self.skip_blanks();
        match self.next() {
            Some('{') if depth < DEEPEST => self.sequence(Some('}'), depth + 1),
            Some('\\') if depth < DEEPEST => self.command(depth + 1),
            Some('-') => "−".to_owned(),
            Some(c) => c.to_string(),
            None => String::new(),
        }
    }

    /// Reads an argument word for word, as in `\text{…}`.
    fn literal(&mut self) -> String {
        self.skip_blanks();
        if self.peek() != Some('{') {
            return self.next().map(String::from).unwrap_or_default();
        }
        self.at += 1;
        let mut open = 1;
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '{' => open += 1,
                '}' => open -= 1,
                _ => {}
            }
            if open == 0 {
                break;
            }
            text.push(c);
        }
        text
    }

    fn command(&mut self, depth: usize) -> String {
        let Some(first) = self.next() else { return "\\".to_owned() };
        if !first.is_ascii_alphabetic() {
            return match first {
                '\\' => "\n".to_owned(),
                ',' | ';' | ':' | '>' | ' ' => " ".to_owned(),
                '!' => String::new(),
                '|' => "‖".to_owned(),
                c => c.to_string(),
            };
        }
        let mut name = String::from(first);
        while let Some(c) = self.peek().filter(char::is_ascii_alphabetic) {
            name.push(c);
            self.at += 1;
        }
        let is_group =
            |reader: &Self| reader.rest[reader.at..].iter().find(|c| !c.is_whitespace()) == Some(&'{');
        match name.as_str() {
            "frac" | "dfrac" | "tfrac" => {
                let (over, under) = (self.argument(depth), self.argument(depth));
                format!("{}/{}", grouped(&over), grouped(&under))
            }
            "binom" => {
                let (over, under) = (self.argument(depth), self.argument(depth));
                format!("C({over}, {under})")
            }
            "sqrt" => format!("√{}", grouped(&self.argument(depth))),
            "text" | "textrm" | "textbf" | "textit" | "texttt" | "mbox" => self.literal(),
            "mathrm" | "mathit" | "mathbf" | "mathsf" | "mathtt" | "mathcal" | "boldsymbol"
            | "operatorname" | "underbrace" | "overbrace" | "underline" | "boxed" => self.argument(depth),
            "mathbb" => self.argument(depth).chars().map(blackboard).collect(),
            "bar" | "overline" => accented(&self.argument(depth), '\u{304}'),
            "hat" | "widehat" => accented(&self.argument(depth), '\u{302}'),
            "tilde" | "widetilde" => accented(&self.argument(depth), '\u{303}'),
            "vec" => accented(&self.argument(depth), '\u{20d7}'),
            "dot" => accented(&self.argument(depth), '\u{307}'),
            "not" => match self.argument(depth).as_str() {
                "=" => "≠".to_owned(),
                "∈" => "∉".to_owned(),
                "⊂" => "⊄".to_owned(),
                "⊆" => "⊈".to_owned(),
                other => format!("¬{other}"),
            },
            "pmod" => format!(" (mod {})", self.argument(depth)),
            "begin" | "end" => {
                self.literal();
                String::new()
            }
            "left" | "right" | "big" | "Big" | "bigg" | "Bigg" | "bigl" | "bigr" | "Bigl" | "Bigr"
            | "middle" => {
                // `\left.` draws nothing.
                self.at += usize::from(self.peek() == Some('.'));
                String::new()
            }
            "displaystyle" | "textstyle" | "limits" | "nolimits" => String::new(),
            name => match symbol(name) {
                Some(sign) => sign.to_owned(),
                None if is_group(self) => format!("{name}({})", self.argument(depth)),
                None => name.to_owned(),
            },
        }
    }
}

/// Puts parentheses around what would fall apart beside a sign.
fn grouped(text: &str) -> String {
    let text = text.trim();
    if text
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '.' | '′' | '∞' | '₀'..='₉') || superscript_of(c))
    {
        text.to_owned()
    } else {
        format!("({text})")
    }
}

fn superscript_of(c: char) -> bool {
    matches!(c, '⁰' | '¹' | '²' | '³' | '⁴'..='⁹')
}

fn accented(text: &str, mark: char) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => format!("{c}{mark}"),
        _ => grouped(text),
    }
}

/// Writes a script in raised or lowered signs where each has one, else behind its sign.
fn raised(text: &str, sign: char, map: fn(char) -> Option<char>) -> String {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    match text.chars().map(map).collect::<Option<String>>() {
        Some(script) => script,
        None => format!("{sign}{}", grouped(&text)),
    }
}

fn superscript(c: char) -> Option<char> {
    Some(match c {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32(0x2070 + (c as u32 - '0' as u32))?,
        '+' => '⁺',
        '−' => '⁻',
        '=' => '⁼',
        '(' => '⁽',
        ')' => '⁾',
        '′' => '′',
        'n' => 'ⁿ',
        'i' => 'ⁱ',
        'a' => 'ᵃ',
        'b' => 'ᵇ',
        'c' => 'ᶜ',
        'd' => 'ᵈ',
        'e' => 'ᵉ',
        'f' => 'ᶠ',
        'g' => 'ᵍ',
        'h' => 'ʰ',
        'j' => 'ʲ',
        'k' => 'ᵏ',
        'l' => 'ˡ',
        'm' => 'ᵐ',
        'o' => 'ᵒ',
        'p' => 'ᵖ',
        'r' => 'ʳ',
        's' => 'ˢ',
        't' => 'ᵗ',
        'u' => 'ᵘ',
        'v' => 'ᵛ',
        'w' => 'ʷ',
        'x' => 'ˣ',
        'y' => 'ʸ',
        'z' => 'ᶻ',
        _ => return None,
    })
}

fn subscript(c: char) -> Option<char> {
    Some(match c {
        '0'..='9' => char::from_u32(0x2080 + (c as u32 - '0' as u32))?,
        '+' => '₊',
        '−' => '₋',
        '=' => '₌',
        '(' => '₍',
        ')' => '₎',
        'a' => 'ₐ',
        'e' => 'ₑ',
        'h' => 'ₕ',
        'i' => 'ᵢ',
        'j' => 'ⱼ',
        'k' => 'ₖ',
        'l' => 'ₗ',
        'm' => 'ₘ',
        'n' => 'ₙ',
        'o' => 'ₒ',
        'p' => 'ₚ',
        'r' => 'ᵣ',
        's' => 'ₛ',
        't' => 'ₜ',
        'u' => 'ᵤ',
        'v' => 'ᵥ',
        'x' => 'ₓ',
        _ => return None,
    })
}

fn blackboard(c: char) -> char {
    match c {
        'C' => 'ℂ',
        'E' => '𝔼',
        'N' => 'ℕ',
        'P' => 'ℙ',
        'Q' => 'ℚ',
        'R' => 'ℝ',
        'Z' => 'ℤ',
        c => c,
    }
}

/// The signs of TeX commands; words for functions are their own sign.
fn symbol(name: &str) -> Option<&'static str> {
    let found = SYMBOLS.iter().find(|(command, _)| *command == name);
    found.map(|(_, sign)| *sign)
}

#[rustfmt::skip]
const SYMBOLS: &[(&str, &str)] = &[
    ("alpha", "α"), ("beta", "β"), ("gamma", "γ"), ("delta", "δ"), ("epsilon", "ε"), ("varepsilon", "ε"),
    ("zeta", "ζ"), ("eta", "η"), ("theta", "θ"), ("iota", "ι"), ("kappa", "κ"), ("lambda", "λ"), ("mu", "μ"),
    ("nu", "ν"), ("xi", "ξ"), ("pi", "π"), ("rho", "ρ"), ("sigma", "σ"), ("tau", "τ"), ("upsilon", "υ"),
    ("phi", "φ"), ("varphi", "φ"), ("chi", "χ"), ("psi", "ψ"), ("omega", "ω"), ("Gamma", "Γ"), ("Delta", "Δ"),
    ("Theta", "Θ"), ("Lambda", "Λ"), ("Xi", "Ξ"), ("Pi", "Π"), ("Sigma", "Σ"), ("Phi", "Φ"), ("Psi", "Ψ"),
    ("Omega", "Ω"), ("ell", "ℓ"), ("nabla", "∇"), ("partial", "∂"), ("infty", "∞"), ("emptyset", "∅"),
    ("varnothing", "∅"), ("forall", "∀"), ("exists", "∃"), ("nexists", "∄"), ("neg", "¬"), ("lnot", "¬"),
    ("land", "∧"), ("wedge", "∧"), ("lor", "∨"), ("vee", "∨"), ("oplus", "⊕"), ("otimes", "⊗"), ("top", "⊤"),
    ("bot", "⊥"), ("perp", "⊥"), ("vdash", "⊢"), ("models", "⊨"),
    ("le", "≤"), ("leq", "≤"), ("leqslant", "≤"), ("ge", "≥"), ("geq", "≥"), ("geqslant", "≥"), ("ne", "≠"),
    ("neq", "≠"), ("ll", "≪"), ("gg", "≫"), ("approx", "≈"), ("sim", "∼"), ("simeq", "≃"), ("equiv", "≡"),
    ("propto", "∝"), ("prec", "≺"), ("preceq", "≼"), ("succ", "≻"), ("succeq", "≽"), ("parallel", "∥"),
    ("mid", "|"), ("times", "×"), ("cdot", "·"), ("div", "÷"), ("pm", "±"), ("mp", "∓"), ("circ", "∘"),
    ("bullet", "•"), ("ast", "∗"), ("star", "⋆"), ("setminus", "∖"), ("in", "∈"), ("notin", "∉"), ("ni", "∋"),
    ("subset", "⊂"), ("subseteq", "⊆"), ("subsetneq", "⊊"), ("supset", "⊃"), ("supseteq", "⊇"), ("cup", "∪"),
    ("cap", "∩"), ("bigcup", "⋃"), ("bigcap", "⋂"), ("sqcup", "⊔"), ("sqcap", "⊓"), ("sqsubseteq", "⊑"),
    ("sum", "∑"), ("prod", "∏"), ("int", "∫"), ("lfloor", "⌊"), ("rfloor", "⌋"), ("lceil", "⌈"), ("rceil", "⌉"),
    ("langle", "⟨"), ("rangle", "⟩"), ("lbrace", "{"), ("rbrace", "}"), ("lvert", "|"), ("rvert", "|"),
    ("vert", "|"), ("Vert", "‖"), ("to", "→"), ("rightarrow", "→"), ("leftarrow", "←"), ("gets", "←"),
    ("leftrightarrow", "↔"), ("Rightarrow", "⇒"), ("Leftarrow", "⇐"), ("Leftrightarrow", "⇔"), ("iff", "⇔"),
    ("implies", "⇒"), ("longrightarrow", "⟶"), ("mapsto", "↦"), ("uparrow", "↑"), ("downarrow", "↓"),
    ("hookrightarrow", "↪"), ("leadsto", "⇝"), ("ldots", "…"), ("cdots", "⋯"), ("dots", "…"), ("vdots", "⋮"),
    ("ddots", "⋱"), ("prime", "′"), ("degree", "°"), ("therefore", "∴"), ("because", "∵"), ("checkmark", "✓"),
    ("square", "□"), ("Box", "□"), ("blacksquare", "■"), ("aleph", "ℵ"), ("quad", "  "), ("qquad", "    "), ("bmod", "mod"),
    ("colon", ":"), ("lt", "<"), ("gt", ">"), ("backslash", "\\"), ("space", " "),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formulas_of_the_course_read_as_on_paper() {
        let cases = [
            (r"\lfloor N/2 \rfloor + 1", "⌊ N/2 ⌋ + 1"),
            (r"\left\lceil \frac{n+1}{2} \right\rceil", "⌈ (n+1)/2 ⌉"),
            (r"R + W > N", "R + W > N"),
            (r"O(\log n)", "O(log n)"),
            (r"2\log_2 n", "2 log₂ n"),
            (r"x_i^2 \le \sum_{i=1}^{n} x_i", "xᵢ² ≤ ∑ᵢ₌₁ⁿ xᵢ"),
            (r"1 - (1-p)^{k}", "1 − (1−p)ᵏ"),
            (r"e^{-kn/m}", "e^(−kn/m)"),
            (r"A \cup B \ne \emptyset, x \in \mathbb{N}", "A ∪ B ≠ ∅, x ∈ ℕ"),
            (r"a \rightarrow b \Rightarrow C(a) < C(b)", "a → b ⇒ C(a) < C(b)"),
            (r"\sqrt{x} + \sqrt{x+1}", "√x + √(x+1)"),
            (r"h(k) \bmod 2^{32}", "h(k) mod 2³²"),
            (r"P(\text{no reply}) = \alpha\cdot\infty", "P(no reply) = α·∞"),
            (r"\mathrm{RTT}_{\max}", "RTTₘₐₓ"),
            (r"\{1, 2\} \subseteq \Pi", "{1, 2} ⊆ Π"),
            (r"\binom{n}{k} \hat{x} \overline{ab}", "C(n, k) x\u{302} ab"),
            (r"a &= b \\ c &= d", "a = b\nc = d"),
        ];
        for (tex, shown) in cases {
            assert_eq!(unicode(tex), shown, "{tex}");
        }
    }

    #[test]
    fn what_is_unknown_or_broken_stays_readable() {
        assert_eq!(unicode(r"\fork{x} \spoon"), "fork(x) spoon");
        assert_eq!(unicode(r"\frac{1}{"), "1/");
        assert_eq!(unicode(r"x^"), "x");
        assert_eq!(unicode(r"a } b \"), "a b \\");
        assert_eq!(unicode(""), "");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(tex in r"[\\a-z{}^_$&~ 0-9+-]{0,200}") {
            let _ = unicode(&tex);
        }
    }

    #[test]
    fn deep_nesting_is_read_without_harm() {
        let _ = unicode(&"{".repeat(100_000));
        let _ = unicode(&r"\sqrt".repeat(100_000));
        let _ = unicode(&"^{".repeat(100_000));
    }
}
