//! Rules on sentences with hidden parts: C1 to C8.

use std::collections::HashSet;

use super::size::weigh;
use super::stem;
use super::subject::{Hidden, Shape, Subject};
use super::text::Word;
use crate::diagnostic::{Diagnostic, Severity};

/// Applies the rules to one block.
pub(super) fn check(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    if subject.shape != Shape::Cloze {
        return;
    }
    let hidden = &subject.hidden;
    let at = subject.question_at();
    if let Some(severity) = weigh(hidden.len(), 3, 5) {
        out.push(
            Diagnostic::new(
                "C1",
                severity,
                hidden[3].span,
                format!("{} parts of one sentence are hidden", hidden.len()),
            )
            .label("the fourth")
            .help("hide at most 3, or write the sentence again for the others"),
        );
    }
    sentences(subject, out);
    shares(subject, at, out);
    for each in hidden {
        leak(subject, each, out);
        filler(subject, each, out);
        article(subject, each, out);
    }
    for pair in hidden.windows(2) {
        let between = subject.question.words_in(&(pair[0].range.end..pair[1].range.start)).len();
        if between < 2 {
            out.push(
                Diagnostic::new(
                    "C7",
                    Severity::Warning,
                    pair[1].span,
                    "hidden right beside another hidden part",
                )
                .related(pair[0].span, "the other")
                .help("keep two words between them, or hide both as one"),
            );
        }
    }
}

fn sentences(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let text = &subject.question;
    let place =
        |hidden: &Hidden| text.sentences.iter().position(|sentence| sentence.contains(&hidden.range.start));
    let Some(first) = subject.hidden.first().map(place) else { return };
    if let Some(other) = subject.hidden.iter().find(|hidden| place(hidden) != first) {
        out.push(
            Diagnostic::new("C2", Severity::Warning, other.span, "parts of two sentences are hidden")
                .related(subject.hidden[0].span, "hidden in another sentence")
                .help("write a card for each sentence"),
        );
    }
}

fn content(words: &[Word]) -> usize {
    words.iter().filter(|word| word.content().is_some()).count()
}

fn shares(subject: &Subject<'_>, at: crate::source::Span, out: &mut Vec<Diagnostic>) {
    let text = &subject.question;
    let all = content(&text.words);
    let each: Vec<usize> =
        subject.hidden.iter().map(|hidden| content(text.words_in(&hidden.range))).collect();
    let hidden: usize = each.iter().sum();
    // 0.4 and 0.6 of all, in fifths.
    let severity = match hidden * 5 {
        share if share > all * 3 => Some(Severity::Error),
        share if share > all * 2 => Some(Severity::Warning),
        _ => None,
    };
    if let Some(severity) = severity {
        out.push(
            Diagnostic::new("C3", severity, at, format!("{hidden} of {all} content words are hidden"))
                .label("at most two of five")
                .help("hide less, or say more around it"),
        );
    }
    let visible = all - hidden;
    if visible < 4 {
        // What is seen when one part is asked for, the others being shown.
        let alone = each.iter().map(|hidden| all - hidden).min().unwrap_or(0);
        let severity = if alone < 2 { Severity::Error } else { Severity::Warning };
        out.push(
            Diagnostic::new(
                "C4",
                severity,
                at,
                match visible {
                    1 => "the visible part has one content word".to_owned(),
                    _ => format!("the visible part has {visible} content words"),
                },
            )
            .label("at least 4")
            .help("name the system or the situation in the sentence"),
        );
    }
}

fn leak(subject: &Subject<'_>, hidden: &Hidden, out: &mut Vec<Diagnostic>) {
    let text = &subject.question;
    let raw = subject.source.slice(hidden.span);
    if raw.contains(['`', '$']) {
        return;
    }
    let words: Vec<_> = text.words_in(&hidden.range).iter().filter_map(Word::content).collect();
    let seen: HashSet<_> = text
        .words
        .iter()
        .filter(|word| !hidden.range.contains(&word.at.start))
        .filter_map(Word::content)
        .collect();
    if !words.is_empty() && words.iter().all(|word| seen.contains(word)) {
        out.push(
            Diagnostic::new("C5", Severity::Error, hidden.span, "the hidden words stand in the sentence too")
                .help("reword the sentence so that it does not say what it asks for"),
        );
    }
}

fn filler(subject: &Subject<'_>, hidden: &Hidden, out: &mut Vec<Diagnostic>) {
    let text = &subject.question;
    let words = text.words_in(&hidden.range);
    let code = words.iter().any(|word| text.is_code(&word.at));
    let stops = |word: &Word| stem::is_stop(&word.text) && word.text.chars().nth(1).is_some();
    if !code && !words.is_empty() && words.iter().all(stops) {
        out.push(
            Diagnostic::new(
                "C6",
                Severity::Error,
                hidden.span,
                "what is hidden carries no meaning by itself",
            )
            .help("hide the noun, number or verb that is the point"),
        );
    }
}

fn article(subject: &Subject<'_>, hidden: &Hidden, out: &mut Vec<Diagnostic>) {
    let text = &subject.question;
    let before = text.words_in(&(0..hidden.range.start)).last();
    let article = |word: &&Word| {
        // A capital within a sentence is a name: "place A [before] B".
        let begins = text.sentences.iter().any(|sentence| sentence.start == word.at.start);
        let raw = &text.plain[word.at.clone()];
        (matches!(raw, "a" | "an") || (begins && matches!(raw, "A" | "An")))
            && word.at.end + 1 == hidden.range.start
    };
    if let Some(word) = before.filter(article) {
        out.push(
            Diagnostic::new(
                "C8",
                Severity::Warning,
                text.source_span(&word.at),
                format!("`{}` betrays how the hidden part begins", word.text),
            )
            .help("hide the article too"),
        );
    }
}
