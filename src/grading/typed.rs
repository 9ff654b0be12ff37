//! Typed words: what counts as the same, and what comes near.
//! Not for numbers (`quantity.rs`).

use unicode_normalization::UnicodeNormalization as _;

use crate::diagnostic::distance;
use crate::review::Verdict;

/// Judges a typed answer against the accepted spellings. Blank is never right.
pub(super) fn judge(accepted: &[String], exact: bool, text: &str) -> Verdict {
    let right = if exact {
        let text = text.trim();
        !text.is_empty() && accepted.iter().any(|spelling| spelling.trim() == text)
    } else {
        let text = folded(text);
        !text.is_empty() && accepted.iter().any(|spelling| folded(spelling) == text)
    };
    if right { Verdict::Right } else { Verdict::Wrong }
}

/// Returns a text as it is compared: compatibility forms unified, case folded, quotes and dashes plain, Markdown's
/// emphasis and code marks gone, white space single, no stop at the end.
#[must_use]
pub fn normalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.nfkc().flat_map(char::to_lowercase) {
        let c = match c {
            '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{00b4}' => '\'',
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2033}' | '«' | '»' => '"',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            '`' | '*' => continue,
            c => c,
        };
        if c.is_whitespace() {
            gap = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push(' ');
        }
        out.push(c);
    }
    while out.ends_with(['.', '!', ';', ',']) {
        out.pop();
    }
    out
}

/// Returns a text as it is compared in the end: [`normalised`], and with brackets, commas and hyphens within words
/// read as space, so that `(2, 0, 4)` is `2,0,4` and `exactly-once` is `exactly once`. A minus before a digit stays.
#[must_use]
pub fn folded(text: &str) -> String {
    let text = normalised(text);
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let minus = c == '-'
            && characters.peek().is_some_and(char::is_ascii_digit)
            && !out.ends_with(char::is_alphanumeric);
        match c {
            _ if minus => out.push('-'),
            '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | ',' | ';' | '-' | ' ' => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    // An answer that is nothing but signs, as `<`, is compared as it stands.
    if out.trim().is_empty() { text } else { out.trim_end().to_owned() }
}

/// Tells whether a wrong answer comes near an accepted spelling: one slip in up to five characters, two in more.
#[must_use]
pub fn is_near(spelling: &str, text: &str) -> bool {
    let (spelling, text) = (normalised(spelling), normalised(text));
    let length = spelling.chars().count();
    if text.is_empty() || length < 3 {
        return false;
    }
    distance(&spelling, &text) <= if length <= 5 { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(accepted: &str, text: &str) -> bool {
        judge(&accepted.split(" | ").map(String::from).collect::<Vec<_>>(), false, text).is_right()
    }

    #[test]
    fn case_space_quotes_and_unicode_forms_do_not_matter() {
        for text in [
            "Write skew",
            "  write\tSKEW ",
            "WRITE SKEW.",
            "write\u{a0}skew",
            "ｗｒｉｔｅ skew",
            "`write` *skew*",
        ] {
            assert!(right("write skew", text), "{text:?}");
        }
        assert!(right("lamport's clock", "Lamport\u{2019}s clock"));
        assert!(right("read-your-writes", "read\u{2013}your\u{2013}writes"));
        assert!(right("linearizability | linearisability", "linearisability"));
    }

    #[test]
    fn lists_and_hyphens_may_be_written_in_many_ways() {
        for text in ["2,0,4", "2 0 4", "(2, 0, 4)", "[2;0;4]"] {
            assert!(right("(2, 0, 4)", text), "{text:?}");
        }
        assert!(!right("(2, 0, 4)", "20 4"));
        assert!(!right("-1, 2", "1, 2"));
        assert!(right("exactly-once", "exactly once"));
        assert!(right("<", "<") && !right("<", ">"));
    }

    #[test]
    fn blank_and_other_words_are_wrong() {
        for text in ["", "   ", ".", "read skew"] {
            assert!(!right("write skew", text), "{text:?}");
        }
    }

    #[test]
    fn code_counts_to_the_letter() {
        let accepted = vec!["O_DIRECT".to_owned()];
        assert!(judge(&accepted, true, " O_DIRECT ").is_right());
        assert!(!judge(&accepted, true, "o_direct").is_right());
        assert!(!judge(&[String::new()], true, "").is_right());
    }

    #[test]
    fn a_slip_or_two_is_near() {
        assert!(is_near("linearizability", "linearizabilty"));
        assert!(is_near("quorum", "qourum"));
        assert!(!is_near("raft", "paxos"));
        assert!(!is_near("raft", ""));
        assert!(!is_near("2", "3"));
    }
}
