//! Rules of completeness: S2 to S6. S1 (an empty side) is the parser's, S7 (one id twice) the collection's.

use super::subject::{Shape, Subject};
use super::text::{Text, words_of};
use crate::deck::Tag;
use crate::diagnostic::{Diagnostic, Severity};

/// Words that name a place within a work.
const PLACES: [&str; 37] = [
    "section",
    "sections",
    "sec",
    "chapter",
    "chapters",
    "ch",
    "chap",
    "page",
    "pages",
    "p",
    "pp",
    "figure",
    "figures",
    "fig",
    "figs",
    "table",
    "tables",
    "lecture",
    "lectures",
    "slide",
    "slides",
    "appendix",
    "part",
    "algorithm",
    "algorithms",
    "theorem",
    "theorems",
    "lemma",
    "abstract",
    "listing",
    "equation",
    "definition",
    "introduction",
    "conclusion",
    "exercise",
    "footnote",
    "video",
];

/// Applies the rules to one block.
pub(super) fn check(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    if subject.head.level.is_some() {
        source(subject, out);
        tags(subject, out);
    }
    explanation(subject, out);
    dates(subject, out);
}

fn source(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let named: Vec<&str> =
        [&subject.head.source, &subject.card.source].into_iter().flatten().map(String::as_str).collect();
    if named.is_empty() {
        out.push(
            Diagnostic::new("S2", Severity::Error, subject.question_at(), "the card names no source")
                .help("add `Source:` with the work and the place, or `source = \"…\"` to the front matter"),
        );
    } else if !named.iter().any(|source| has_place(source)) {
        let at = subject.tag_at(Tag::Source).unwrap_or(subject.question_at());
        out.push(
            Diagnostic::new("S3", Severity::Warning, at, "the source has no place in it")
                .label("which section, page, figure or lecture?")
                .help("write the place, as `Source: §5.4.2, figure 8`"),
        );
    }
}

/// Tells whether a source says where in the work: `§5`, `ch. 3`, `L6`, `5.2`, an address.
pub(super) fn has_place(source: &str) -> bool {
    if source.contains('§') || source.contains("://") || source.contains("www.") {
        return true;
    }
    words_of(source).iter().any(|word| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        PLACES.contains(&word.as_str())
            || word.strip_prefix('l').is_some_and(digits)
            || word.strip_prefix("p.").is_some_and(digits)
            || word.split_once('.').is_some_and(|(whole, part)| digits(whole) && digits(part))
    })
}

fn tags(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    if subject.card.tags.is_empty() && subject.head.tags.is_empty() {
        out.push(
            Diagnostic::new("S4", Severity::Error, subject.question_at(), "the card has no tag")
                .help("add `Tags:` with the topic, as `Tags: raft-commit`"),
        );
    }
}

fn explanation(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let what = match subject.shape {
        Shape::Choice { .. } => "a choice",
        Shape::Number => "a number",
        Shape::Order => "an arrangement",
        // A problem brings its own worked solution.
        Shape::Problem => return,
        _ if subject.is_applied() => "an applied card",
        _ => return,
    };
    // Reasons under all wrong options say the same as a `Why:`.
    let reasoned = !subject.options.is_empty()
        && subject.options.iter().all(|each| each.option.right || each.option.reason.is_some());
    if subject.card.why.is_none() && !reasoned {
        out.push(
            Diagnostic::new(
                "S5",
                Severity::Warning,
                subject.question_at(),
                format!("{what} without an explanation"),
            )
            .help("add `Why:` with the reason, and the tempting error"),
        );
    }
}

/// Names after which a number with a point is a place and no version.
const NO_PRODUCT: [&str; 12] = [
    "section",
    "figure",
    "table",
    "chapter",
    "algorithm",
    "theorem",
    "lemma",
    "equation",
    "example",
    "listing",
    "part",
    "appendix",
];

fn dates(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let texts = std::iter::once(&subject.question)
        .chain(&subject.answer)
        .chain(subject.options.iter().map(|each| &each.text));
    let Some((text, at, what)) =
        texts.filter_map(|text| ages(text).map(|(at, what)| (text, at, what))).next()
    else {
        return;
    };
    let dated = |text: &str| {
        let words = words_of(text);
        // `as of 2024`, `as of Hadoop 3.x`, `as of etcd v3.5`.
        words.iter().enumerate().any(|(index, word)| {
            let from = match word.as_str() {
                "as-of" => index + 1,
                "as" if words.get(index + 1).is_some_and(|next| next == "of") => index + 2,
                _ => return false,
            };
            words[from..].iter().take(3).any(|word| word.contains(|c: char| c.is_ascii_digit()))
        })
    };
    let whole = subject.source.slice(subject.block.span);
    let deck = subject.head.source.as_deref().unwrap_or_default();
    if !dated(whole) && !dated(deck) {
        out.push(
            Diagnostic::new(
                "S6",
                Severity::Warning,
                text.source_span(&at),
                format!("{what} ages, and the card has no date"),
            )
            .help("say for when it holds, as `(as of 2024)` in the question, the answer or the source"),
        );
    }
}

/// Returns the first thing in a text that ages: a version, a default, "currently".
fn ages(text: &Text) -> Option<(std::ops::Range<usize>, &'static str)> {
    for (index, word) in text.words.iter().enumerate() {
        if text.is_code(&word.at) {
            continue;
        }
        let raw = &text.plain[word.at.clone()];
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<&str> = raw.trim_start_matches(['v', 'V']).split('.').collect();
        let version = match parts.as_slice() {
            [one, two] if two.eq_ignore_ascii_case("x") => digits(one),
            [one, two, three] => {
                digits(one) && digits(two) && (digits(three) || three.eq_ignore_ascii_case("x"))
            }
            // `Kafka 2.8`: a name, then a number with a point.
            [one, two] if digits(one) && digits(two) => {
                index > 0 && {
                    let name = &text.words[index - 1];
                    let joined = text.plain[name.at.end..word.at.start] == *" ";
                    let starts_sentence =
                        text.sentences.iter().any(|sentence| sentence.start == name.at.start);
                    joined
                        && !starts_sentence
                        && text.plain[name.at.clone()].starts_with(char::is_uppercase)
                        && name.text.len() > 2
                        && !NO_PRODUCT.contains(&name.text.as_str())
                }
            }
            _ => false,
        };
        if version {
            return Some((word.at.clone(), "a version"));
        }
        match word.text.as_str() {
            "default" | "defaults" => return Some((word.at.clone(), "a default")),
            "currently" => return Some((word.at.clone(), "`currently`")),
            "latest" => return Some((word.at.clone(), "`latest`")),
            // "As of any revision" is no date at all.
            "as" if text.words.get(index + 1).is_some_and(|next| next.text == "of")
                && text
                    .words
                    .get(index + 2)
                    .is_some_and(|next| matches!(next.text.as_str(), "now" | "today" | "writing")) =>
            {
                return Some((word.at.start..text.words[index + 2].at.end, "`as of now`"));
            }
            _ => {}
        }
    }
    None
}
