//! Fenced code: light highlighting of comments, strings, numbers and keywords, for the languages of the course.
//! Not a parser: a line at a time, and a language it does not know is left plain.

use super::frame::{Run, Style};

/// What sets a language apart, as far as colouring goes.
struct Language {
    line_comments: &'static [&'static str],
    block_comment: Option<(&'static str, &'static str)>,
    quotes: &'static [char],
    keywords: &'static str,
    any_case: bool,
}

const C_LIKE: Language = Language {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    quotes: &['"', '\'', '`'],
    keywords: "abstract async auto await bool break byte case catch char class const continue default defer def do \
        double else enum export extends extern false final finally float fn for func function go goto if impl \
        implements import in instanceof int interface let long loop map match mod mut namespace new nil null object \
        override package private protected pub public range return select self short static string struct super \
        switch synchronized template this throw trait true try type typedef typename union unsafe unsigned use using \
        val var virtual void volatile where while with yield",
    any_case: false,
};

const PYTHON: Language = Language {
    line_comments: &["#"],
    block_comment: None,
    quotes: &['"', '\''],
    keywords: "and as assert async await break class continue def del elif else except False finally for from global \
        if import in is lambda None nonlocal not or pass raise return self True try while with yield",
    any_case: false,
};

const SHELL: Language = Language {
    line_comments: &["#"],
    block_comment: None,
    quotes: &['"', '\''],
    keywords: "case do done elif else esac export fi for function if in local return set then until while",
    any_case: false,
};

const SQL: Language = Language {
    line_comments: &["--"],
    block_comment: Some(("/*", "*/")),
    quotes: &['\'', '"'],
    keywords: "add alter and as asc begin between by case check column commit constraint create cross default delete \
        desc distinct drop else end exists explain foreign for from full group having if in index inner insert into \
        is isolation join key left level like limit lock not null on or order outer primary references right rollback \
        select serializable set share table then transaction union unique update using values view when where with",
    any_case: true,
};

const TLA: Language = Language {
    line_comments: &["\\*"],
    block_comment: Some(("(*", "*)")),
    quotes: &['"'],
    keywords: "ACTION ASSUME CASE CHOOSE CONSTANT CONSTANTS DOMAIN ELSE ENABLED EXCEPT EXTENDS FALSE IF IN INSTANCE \
        LET LOCAL MODULE OTHER SUBSET THEN THEOREM TRUE UNCHANGED UNION VARIABLE VARIABLES WITH",
    any_case: false,
};

const DATA: Language = Language {
    line_comments: &["#"],
    block_comment: None,
    quotes: &['"', '\''],
    keywords: "true false null yes no",
    any_case: false,
};

/// Any language in whose name no one writes decks yet: comments and words that all of them share.
const PSEUDO: Language = Language {
    line_comments: &["//", "#"],
    block_comment: None,
    quotes: &['"'],
    keywords: "and begin break do each else end for foreach from function if in loop not on or procedure receive \
        repeat return send then to until upon wait when while",
    any_case: false,
};

fn language(name: &str) -> Option<&'static Language> {
    let name = name.split([',', ' ', '{']).next().unwrap_or_default().to_lowercase();
    Some(match name.as_str() {
        "rust" | "rs" | "go" | "java" | "c" | "h" | "cpp" | "c++" | "cc" | "js" | "javascript" | "ts"
        | "typescript" | "scala" | "kotlin" | "csharp" | "c#" | "proto" | "protobuf" | "cuda" | "zig"
        | "swift" => &C_LIKE,
        "python" | "py" => &PYTHON,
        "sh" | "bash" | "shell" | "zsh" => &SHELL,
        "sql" | "cql" | "postgresql" | "mysql" | "sqlite" => &SQL,
        "tla" | "tla+" | "pluscal" => &TLA,
        "toml" | "yaml" | "yml" | "json" | "ini" | "conf" => &DATA,
        "pseudo" | "pseudocode" | "algorithm" => &PSEUDO,
        _ => return None,
    })
}

/// Colours the lines of a fence one after another.
pub struct Highlighter {
    language: Option<&'static Language>,
    in_comment: bool,
}

impl Highlighter {
    /// A highlighter for the info string of a fence.
    #[must_use]
    pub fn new(info: &str) -> Self {
        Self { language: language(info), in_comment: false }
    }

    /// Returns a line in runs; together they are the line, unchanged.
    #[must_use]
    pub fn line(&mut self, text: &str) -> Vec<Run> {
        let Some(language) = self.language else {
            return vec![Run { text: text.to_owned(), style: Style::Code }];
        };
        let mut runs = Runs::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (length, style) = self.token(rest, language);
            runs.push(&rest[..length], style);
            rest = &rest[length..];
        }
        runs.0
    }

    /// Returns the bytes and the style of the first token; at least one character.
    fn token(&mut self, rest: &str, language: &Language) -> (usize, Style) {
        if let Some((open, close)) = language.block_comment
            && (self.in_comment || rest.starts_with(open))
        {
            let from = if self.in_comment { 0 } else { open.len() };
            let end = rest[from..].find(close).map(|at| from + at + close.len());
            self.in_comment = end.is_none();
            return (end.unwrap_or(rest.len()), Style::Comment);
        }
        if language.line_comments.iter().any(|mark| rest.starts_with(mark)) {
            return (rest.len(), Style::Comment);
        }
        let first = rest.chars().next().unwrap_or(' ');
        if language.quotes.contains(&first) {
            return match string_end(rest, first) {
                Some(end) => (end, Style::Literal),
                // A lifetime, an apostrophe, or a string that goes on: not worth a guess.
                None => (first.len_utf8(), Style::Code),
            };
        }
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        if word == 0 {
            return (first.len_utf8(), Style::Code);
        }
        let text = &rest[..word];
        if first.is_ascii_digit() {
            return (word, Style::Literal);
        }
        let is_keyword = language
            .keywords
            .split_whitespace()
            .any(|known| known == text || language.any_case && known.eq_ignore_ascii_case(text));
        (word, if is_keyword { Style::Keyword } else { Style::Code })
    }
}

fn string_end(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + c.len_utf8()),
            _ => {}
        }
    }
    None
}

#[derive(Default)]
struct Runs(Vec<Run>);

impl Runs {
    fn push(&mut self, text: &str, style: Style) {
        match self.0.last_mut() {
            Some(last) if last.style == style => last.text.push_str(text),
            _ => self.0.push(Run { text: text.to_owned(), style }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks what is coloured: `k(…)`, `l(…)`, `c(…)`.
    fn marked(info: &str, code: &str) -> String {
        let mut highlighter = Highlighter::new(info);
        let lines = code.lines().map(|line| {
            let runs = highlighter.line(line);
            runs.iter()
                .map(|run| match run.style {
                    Style::Keyword => format!("k({})", run.text),
                    Style::Literal => format!("l({})", run.text),
                    Style::Comment => format!("c({})", run.text),
                    _ => run.text.clone(),
                })
                .collect::<String>()
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn keywords_literals_and_comments_are_told_apart() {
        assert_eq!(marked("rust", "let x = \"a // b\"; // why"), "k(let) x = l(\"a // b\"); c(// why)");
        assert_eq!(marked("rust", "fn f<'a>(n: u8) { n + 42 }"), "k(fn) f<'a>(n: u8) { n + l(42) }");
        assert_eq!(marked("go", "/* one\ntwo */ go f()"), "c(/* one)\nc(two */) k(go) f()");
        assert_eq!(marked("sql", "select 1 -- one"), "k(select) l(1) c(-- one)");
        assert_eq!(marked("python", "if x: pass  # no"), "k(if) x: k(pass)  c(# no)");
    }

    #[test]
    fn an_unknown_language_is_left_plain() {
        assert_eq!(marked("brainfuck", "if 1 // x"), "if 1 // x");
        assert_eq!(marked("", "if 1 // x"), "if 1 // x");
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_added_or_lost(code: String, info in "(rust|sql|python|tla|json|sh|pseudo)") {
            let mut highlighter = Highlighter::new(&info);
            for line in code.lines() {
                let shown: String = highlighter.line(line).iter().map(|run| run.text.as_str()).collect();
                proptest::prop_assert_eq!(shown, line);
            }
        }
    }
}
