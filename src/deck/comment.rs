//! Comments that speak to us: `<!-- id: … -->` and `<!-- lint: allow RULE reason -->`, each alone on its line.
//! Every other comment is the author's text.

use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::source::Span;

use super::line::{Line, trimmed};

/// A rule of the linter that is not to be applied, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The whole comment.
    pub span: Span,
    /// The rule's code, as `L2`.
    pub rule: String,
    /// Where the rule's code stands.
    pub rule_span: Span,
    /// The author's reason; never empty.
    pub reason: String,
}

/// A comment that speaks to us.
#[derive(Clone, Debug)]
pub(super) enum Comment {
    /// An id that is well formed.
    Id(Id),
    /// A suppression with its reason.
    Allow(Allow),
    /// Something that was meant for us and is not well formed; whether the card must be left out for it.
    Faulty(Box<Diagnostic>, bool),
}

/// An id and the bytes where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id {
    /// The id.
    pub text: String,
    /// Its bytes, without the comment marks.
    pub span: Span,
    /// The bytes of the whole comment.
    pub comment: Span,
}

/// Reads the comment on a line that starts with `<!--`; nothing when it is not for us.
pub(super) fn read(source: &str, line: &Line<'_>) -> Option<Comment> {
    let whole = trimmed(source, line.span);
    let text = source.get(whole.start..whole.end)?;
    let open = text.strip_prefix("<!--")?;
    let inner = trimmed(
        source,
        match open.find("-->") {
            Some(at) => Span::new(whole.start + 4, whole.start + 4 + at),
            None => Span::new(whole.start + 4, whole.end),
        },
    );
    let words = &source[inner.start..inner.end];
    let word_end = words.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(words.len());
    let ours = match &words[..word_end] {
        "id" | "ID" | "Id" => "id",
        "lint" | "Lint" | "LINT" => "lint",
        _ => return None,
    };
    let after = words[word_end..].trim_start();
    let is_id = ours == "id";
    let form = if is_id { "<!-- id: some-name -->" } else { "<!-- lint: allow RULE reason -->" };
    if !after.starts_with([':', '=']) {
        // `<!-- identity … -->` or `<!-- id cards are … -->` may be prose; only one word after it is a slip.
        return (is_id && !after.is_empty() && !after.contains(char::is_whitespace)).then(|| {
            let fault =
                Diagnostic::new("comment-form", Severity::Warning, whole, "an id comment without a colon")
                    .label("not read as an id")
                    .help(format!("write `{form}`"));
            Comment::Faulty(Box::new(fault.fix(whole, format!("<!-- id: {after} -->"))), false)
        });
    }
    let closed = open.find("-->").is_some_and(|at| open[at + 3..].is_empty());
    if !closed || after.starts_with('=') || &words[..word_end] != ours {
        let message = if closed {
            format!("this {ours} comment is misspelt, so it is not read")
        } else {
            format!("this {ours} comment is not closed on its line, so it is not read")
        };
        let value = after[1..].trim();
        let written = format!("<!-- {ours}: {value} -->");
        let sure = match is_id {
            true => id_fault(value).is_none(),
            false => closed,
        };
        // A comment that is closed on the next line would leave its end behind.
        let alone = closed || !source[line.next..].trim_start().starts_with("-->");
        let fault = Diagnostic::new("comment-form", Severity::Warning, whole, message)
            .help(format!("write `{form}`, alone on its line"))
            .maybe_fix((sure && alone).then_some(Fix { span: whole, text: written }));
        return Some(Comment::Faulty(Box::new(fault), false));
    }
    let value = trimmed(source, Span::new(inner.end - after.len() + 1, inner.end));
    Some(if is_id { read_id(source, value, whole) } else { read_allow(source, value, whole) })
}

fn read_id(source: &str, value: Span, whole: Span) -> Comment {
    let text = &source[value.start..value.end];
    match id_fault(text) {
        None => Comment::Id(Id { text: text.to_owned(), span: value, comment: whole }),
        Some(fault) => Comment::Faulty(Box::new(bad_id(text, value, &fault)), true),
    }
}

/// What is wrong with an id, and where in it.
pub(super) struct IdFault {
    at: std::ops::Range<usize>,
    message: &'static str,
}

/// Returns what is wrong with an id: lower-case letters, digits and `-`, in parts between `/`.
pub(super) fn id_fault(id: &str) -> Option<IdFault> {
    let fault = |at: std::ops::Range<usize>, message| Some(IdFault { at, message });
    if id.is_empty() {
        return fault(0..0, "an id comment without an id");
    }
    if let Some((at, c)) = id.char_indices().find(|&(_, c)| !matches!(c, 'a'..='z' | '0'..='9' | '-' | '/')) {
        let message = match c {
            'A'..='Z' => "an id has no upper-case letters",
            ' ' | '\t' => "an id has no spaces",
            '_' => "an id has no underscores",
            '#' => "an id has no `#`: that is kept for the deletions of a cloze",
            _ => "an id has only lower-case letters, digits, `-` and `/`",
        };
        return fault(at..at + c.len_utf8(), message);
    }
    if id.starts_with('-') {
        return fault(0..1, "an id starts with a letter or a digit");
    }
    let mut start = 0;
    for part in id.split('/') {
        if part.is_empty() {
            let at = start.min(id.len() - 1);
            return fault(at..at + 1, "an id has text on both sides of `/`");
        }
        start += part.len() + 1;
    }
    None
}

/// Draws an id's fault with its caret on the offending character.
pub(super) fn bad_id(id: &str, span: Span, fault: &IdFault) -> Diagnostic {
    let at = Span::new(span.start + fault.at.start, span.start + fault.at.end);
    let suggestion = slug(id);
    let diagnostic = Diagnostic::new("bad-id", Severity::Error, at, fault.message);
    if suggestion.is_empty() {
        diagnostic
            .help("write lower-case words joined by `-`, as `raft-commit-rule` or `raft-commit-rule/why`")
    } else {
        let fix = is_only_style(id).then(|| Fix { span, text: suggestion.clone() });
        diagnostic.help(format!("write `{suggestion}`")).maybe_fix(fix)
    }
}

/// Tells whether a faulty id differs from a sound one only in case and in what joins its words.
fn is_only_style(id: &str) -> bool {
    let plain =
        id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b' ' | b'/'));
    let same = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    // `a//b` may lack a word between the two.
    plain && id.split('/').all(|part| !part.trim().is_empty()) && same(id) == same(&slug(id))
}

/// Turns any text into a well-formed id: lower-case words joined by `-`, at most 60 bytes; empty where nothing is left.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for part in text.split('/') {
        let mut words = String::new();
        for word in part.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            if slug.len() + words.len() + word.len() > 60 {
                break;
            }
            if !words.is_empty() {
                words.push('-');
            }
            words.push_str(&word.to_ascii_lowercase());
        }
        if !words.is_empty() {
            if !slug.is_empty() {
                slug.push('/');
            }
            slug.push_str(&words);
        }
    }
    slug
}

fn read_allow(source: &str, value: Span, whole: Span) -> Comment {
    let text = &source[value.start..value.end];
    let faulty = |code, span, message: &str| {
        let fault = Diagnostic::new(code, Severity::Error, span, message)
            .help("write `<!-- lint: allow RULE reason -->`, with the reason in your own words");
        Comment::Faulty(Box::new(fault), false)
    };
    let Some(rest) =
        text.strip_prefix("allow").filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    else {
        return faulty("comment-form", value, "a lint comment can only `allow` a rule");
    };
    let rest = trimmed(source, Span::new(value.end - rest.len(), value.end));
    let text = &source[rest.start..rest.end];
    let rule_end = text.find(char::is_whitespace).unwrap_or(text.len());
    if rule_end == 0 {
        return faulty("comment-form", value, "a lint comment without a rule");
    }
    let rule_span = Span::new(rest.start, rest.start + rule_end);
    let reason = text[rule_end..].trim();
    if reason.is_empty() {
        return faulty("allow-without-reason", rule_span, "a rule is allowed without a reason");
    }
    Comment::Allow(Allow {
        span: whole,
        rule: text[..rule_end].to_owned(),
        rule_span,
        reason: reason.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Comment> {
        read(text, &Line::at(text, 0).expect("a line"))
    }

    #[test]
    fn ids_are_read_with_any_spacing() {
        for text in
            ["<!-- id: raft-log/why -->", "<!--id:raft-log/why-->", "<!--   id :  raft-log/why   -->  "]
        {
            let Some(Comment::Id(id)) = of(text) else { panic!("{text}") };
            assert_eq!(id.text, "raft-log/why");
            assert_eq!(&text[id.span.start..id.span.end], "raft-log/why");
        }
    }

    #[test]
    fn comments_of_others_are_text() {
        for text in [
            "<!-- retain: id=abc -->",
            "<!-- identity -->",
            "<!-- id cards and more -->",
            "<!---->",
            "<!-- x",
        ] {
            assert!(of(text).is_none(), "{text}");
        }
    }

    #[test]
    fn bad_ids_get_a_caret_on_the_bad_character() {
        for (id, at) in
            [("Raft", 0), ("a b", 1), ("a//b", 2), ("a/", 1), ("-a", 0), ("aé", 1), ("a#1", 1), ("/a", 0)]
        {
            let fault = id_fault(id).unwrap_or_else(|| panic!("{id}"));
            assert_eq!(fault.at.start, at, "{id}");
        }
        for id in ["a", "0-9", "raft-commit-rule/why/2", "a-"] {
            assert!(id_fault(id).is_none(), "{id}");
        }
    }

    #[test]
    fn a_suppression_needs_its_reason() {
        let Some(Comment::Allow(allow)) = of("<!-- lint: allow L2 the quotation is the point -->") else {
            panic!()
        };
        assert_eq!((allow.rule.as_str(), allow.reason.as_str()), ("L2", "the quotation is the point"));
        let Some(Comment::Faulty(fault, false)) = of("<!-- lint: allow L2 -->") else { panic!() };
        assert_eq!(fault.code, "allow-without-reason");
    }

    #[test]
    fn slugs_are_ids() {
        assert_eq!(slug("Raft Commit_Rule / Why?"), "raft-commit-rule/why");
        assert_eq!(slug("多数"), "");
        for text in ["What is `Q:`?", "a/b//c", "--x--"] {
            assert!(id_fault(&slug(text)).is_none(), "{text}");
        }
    }
}
