//! Rules on choices: K2, K3, M1 to M12 and A7.
//! Options are shown in a drawn order, so nothing here asks where the key stands (M5 in part, M8).

use std::collections::HashSet;

use super::guess::content_set;
use super::subject::{Choosable, Shape, Subject};
use super::text::{Text, words_of};
use crate::diagnostic::{Diagnostic, Severity};

/// Applies the rules to one block.
pub(super) fn check(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let Shape::Choice { several } = subject.shape else { return };
    counts(subject, several, out);
    stem_is_question(subject, out);
    negations(subject, out);
    for each in &subject.options {
        refers(subject, each, out);
        if !each.option.right && each.option.reason.is_none() {
            out.push(
                Diagnostic::new("M12", Severity::Warning, each.text.span, "a wrong option without a reason")
                    .help("say below it, indented, why it is wrong"),
            );
        }
    }
    kinds(subject, out);
    overlaps(subject, out);
    grammar(subject, out);
    if !several {
        clang(subject, out);
        lengths(subject, out);
        absolutes(subject, out);
    }
}

fn counts(subject: &Subject<'_>, several: bool, out: &mut Vec<Diagnostic>) {
    let options = subject.options.len();
    if !(3..=6).contains(&options) {
        out.push(
            Diagnostic::new(
                "M1",
                Severity::Error,
                subject.question_at(),
                format!("a choice with {options} options"),
            )
            .label("3 to 6")
            .help(if options < 3 {
                "add a wrong option that somebody believes"
            } else {
                "keep the wrong options that somebody believes"
            }),
        );
    }
    let right = subject.options.iter().filter(|each| each.option.right).count();
    if right == options {
        out.push(
            Diagnostic::new("M2", Severity::Error, subject.answer_at(), "all options are right")
                .help("leave one right, or add wrong ones"),
        );
    } else if several
        && let Some(range) = ["one", "single"].iter().find_map(|one| subject.question.phrase(&["which", one]))
    {
        out.push(
            Diagnostic::new(
                "M2",
                Severity::Error,
                subject.question.source_span(&range),
                format!("one is asked for, and {right} are right"),
            )
            .help("mark one option as `[x]`, or ask \"which of these\""),
        );
    }
}

fn stem_is_question(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let text = &subject.question;
    let content = text.content().len();
    // A stem may be a sentence that the options complete.
    let completes = text.plain.ends_with([':', '…', '_'])
        || text.plain.ends_with("...")
        || text.plain.ends_with(char::is_alphanumeric);
    let (message, help) = if content < 3 {
        (
            "the stem cannot be answered with the options covered",
            "name the system, the model or the situation",
        )
    } else if !text.plain.contains('?') && !completes {
        ("the stem is no question", "ask a question, or end in `:` where the options complete the sentence")
    } else {
        return;
    };
    out.push(Diagnostic::new("M11", Severity::Warning, subject.question_at(), message).help(help));
}

fn negations(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let text = &subject.question;
    let asking = text.asking();
    let words = text.words_in(&asking);
    let mut quiet = None;
    let mut count = 0;
    for (index, word) in words.iter().enumerate() {
        let least = word.text == "least" && !(index > 0 && words[index - 1].text == "at");
        let negates = matches!(word.text.as_str(), "not" | "except") || least;
        if negates
            || matches!(word.text.as_str(), "never" | "cannot" | "no" | "none")
            || word.text.ends_with("n't")
        {
            count += 1;
        }
        let raw = &text.plain[word.at.clone()];
        if negates && !text.is_bold(&word.at) && !raw.chars().all(char::is_uppercase) {
            quiet = quiet.or(Some(word));
        }
    }
    if count >= 2 {
        out.push(
            Diagnostic::new(
                "A7",
                Severity::Error,
                text.source_span(&asking),
                "two negations in one question",
            )
            .help("ask for what holds"),
        );
    } else if let Some(word) = quiet {
        out.push(
            Diagnostic::new(
                "A7",
                Severity::Warning,
                text.source_span(&word.at),
                format!("`{}` is easily overlooked", word.text),
            )
            .help(format!("write `**{}**`, or ask for what holds", word.text)),
        );
    }
}

fn refers(subject: &Subject<'_>, each: &Choosable<'_>, out: &mut Vec<Diagnostic>) {
    let words: Vec<&str> = each.text.words.iter().map(|word| word.text.as_str()).collect();
    let all = words.windows(3).position(|three| {
        matches!(three[0], "all" | "none" | "both" | "neither")
            && three[1] == "of"
            && matches!(three[2], "the" | "these" | "them")
    });
    // "All of the replicas" is about replicas; "all of the above" about options.
    let all = all.filter(|&at| {
        words[at + 2] != "the"
            || words.get(at + 3).is_none_or(|noun| {
                matches!(*noun, "above" | "below" | "others" | "other" | "options" | "answers" | "statements")
            })
    });
    let is_letter = |word: &str| word.len() == 1 && ("a"..="f").contains(&word);
    let letters = match words.as_slice() {
        [a, "and", b] | ["both", a, "and", b] => is_letter(a) && is_letter(b),
        _ => false,
    };
    // Where the question itself speaks of A and B, they are its own.
    let own = |letter: &&str| {
        subject.question.words.iter().any(|word| {
            word.text == **letter && subject.question.plain[word.at.clone()] == letter.to_uppercase()
        })
    };
    if all.is_some() || (letters && !words.iter().filter(|word| is_letter(word)).all(own)) {
        out.push(
            Diagnostic::new("M3", Severity::Error, each.text.span, "an option about other options")
                .help("options are shown in any order and judged alone: write a claim of its own"),
        );
        return;
    }
    let noun = |word: &str| matches!(word, "option" | "answer" | "choice" | "statement");
    let place = words.windows(2).any(|two| {
        (matches!(two[0], "first" | "second" | "third" | "fourth" | "last" | "previous" | "next")
            && noun(two[1]))
            || (matches!(two[0], "option" | "answer")
                && (is_letter(two[1]) || two[1].bytes().all(|byte| byte.is_ascii_digit())))
    });
    let bare = matches!(words.as_slice(), ["the", "first" | "last" | "above"])
        && !subject
            .question
            .words
            .iter()
            .any(|word| matches!(word.text.as_str(), "first" | "last" | "second" | "two"));
    if place || bare {
        out.push(
            Diagnostic::new("M5", Severity::Error, each.text.span, "an option refers to a place")
                .help("options are shown in any order: say what is meant"),
        );
    }
}

/// Splits options into the right ones and the others.
fn split<'s, 'a>(subject: &'s Subject<'a>) -> (Vec<&'s Choosable<'a>>, Vec<&'s Choosable<'a>>) {
    subject.options.iter().partition(|each| each.option.right)
}

fn clang(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let (right, wrong) = split(subject);
    let Some(key) = right.first() else { return };
    let asked = content_set(&subject.question);
    let elsewhere: HashSet<String> = wrong.iter().flat_map(|each| each.text.content()).collect();
    let echo = key.text.words.iter().find(|word| {
        word.content().is_some_and(|stem| {
            asked.contains(&*stem)
                && !elsewhere.contains(&*stem)
                && !stem.bytes().all(|byte| byte.is_ascii_digit())
        })
    });
    if let Some(word) = echo {
        out.push(
            Diagnostic::new(
                "K2",
                Severity::Warning,
                key.text.source_span(&word.at),
                format!("only the right option repeats `{}` of the question", word.text),
            )
            .help("say it in other words, or use the word in a wrong option too"),
        );
    }
}

fn lengths(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let (right, wrong) = split(subject);
    let Some(key) = right.first().filter(|_| !wrong.is_empty()) else { return };
    let length = key.text.words.len();
    let others: Vec<usize> = wrong.iter().map(|each| each.text.words.len()).collect();
    let total: usize = others.iter().sum();
    let count = others.len();
    let longest = others.iter().max().copied().unwrap_or(0);
    // The mean is total / count; both sides are multiplied by it to stay with whole numbers.
    let severity = if length * count > 2 * total && length * count > total + 6 * count {
        Severity::Error
    } else if 2 * length * count > 3 * total && length * count > total + 4 * count {
        Severity::Warning
    } else if 4 * length >= 5 * longest && length >= longest + 2 {
        Severity::Info
    } else {
        return;
    };
    let message =
        format!("the right option has {length} words, the wrong ones {} on average", mean(total, count));
    out.push(
        Diagnostic::new("M4", severity, key.text.span, message)
            .label("the longest is guessed to be right")
            .help("shorten it, or make a wrong option as long"),
    );
}

fn mean(total: usize, count: usize) -> String {
    let tenths = (total * 10 + count / 2) / count;
    if tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

fn absolutes(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let (right, wrong) = split(subject);
    let Some(key) = right.first() else { return };
    for each in wrong {
        let word = each.text.any_word(&["always", "never", "only", "must", "impossible", "guaranteed"]);
        let Some(word) = word.filter(|word| key.text.any_word(&[&word.text]).is_none()) else { continue };
        out.push(
            Diagnostic::new(
                "M6",
                Severity::Warning,
                each.text.source_span(&word.at),
                format!("`{}` marks an option as wrong", word.text),
            )
            .help("leave the word out, or let the right option be as sure"),
        );
    }
}

/// Reads `10-20`, `10 to 20` or `10–20`: the two numbers and what stands behind them.
fn range(text: &str) -> Option<(f64, f64, String)> {
    let text = text.trim().replace(" to ", "-").replace(['–', '—'], "-");
    let (low, rest) = text.split_once('-')?;
    let end =
        rest.trim_start().find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.trim_start().len());
    let (high, unit) = rest.trim_start().split_at(end);
    Some((low.trim().parse().ok()?, high.trim_end_matches('.').parse().ok()?, unit.trim().to_owned()))
}

fn overlaps(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    for (index, each) in subject.options.iter().enumerate() {
        for other in &subject.options[..index] {
            let ranges = range(&each.text.plain).zip(range(&other.text.plain));
            let overlap = ranges.is_some_and(|(a, b)| a.2 == b.2 && a.0 < b.1 && b.0 < a.1);
            if overlap || same_words(&each.text, &other.text) {
                let message =
                    if overlap { "two options share numbers" } else { "two options say nearly the same" };
                out.push(
                    Diagnostic::new("M7", Severity::Error, each.text.span, message)
                        .related(other.text.span, "the other")
                        .help("let each option be a different mistake"),
                );
                return;
            }
        }
    }
}

/// Tells whether two options have one set of content words, or nearly.
///
/// Options that differ in a number, a letter or a negation, or in their order, differ on purpose: `T1 before T2`.
fn same_words(one: &Text, other: &Text) -> bool {
    let telling = |text: &Text| -> Vec<String> {
        let tells = |word: &&super::text::Word| {
            word.content().is_none()
                && matches!(
                    word.text.as_str(),
                    "not" | "no" | "off" | "out" | "up" | "in" | "on" | "to" | "from"
                )
                || (word.text.chars().count() == 1 && word.text != "a")
                || word.text.contains(|c: char| c.is_ascii_digit())
        };
        text.words.iter().filter(tells).map(|word| word.text.clone()).collect()
    };
    let (a, b) = (content_set(one), content_set(other));
    if a.is_empty() || b.is_empty() || telling(one) != telling(other) || one.has_code() || other.has_code() {
        return false;
    }
    let shared = a.intersection(&b).count();
    let union = a.len() + b.len() - shared;
    // 0.85 = 17/20.
    shared * 20 >= union * 17
}

fn kinds(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let numeric = |each: &&Choosable<'_>| {
        each.text.words.len() <= 3
            && each.text.words.first().is_some_and(|word| word.text.starts_with(|c: char| c.is_ascii_digit()))
    };
    let stopped = |each: &&Choosable<'_>| each.text.plain.ends_with('.') && !each.text.plain.ends_with("..");
    let mixed = |count: usize| count > 0 && count < subject.options.len();
    let numbers = subject.options.iter().filter(numeric).count();
    let stops = subject.options.iter().filter(stopped).count();
    let (message, help, odd) = if mixed(numbers) {
        let odd = subject.options.iter().find(|each| numeric(each) != (numbers * 2 > subject.options.len()));
        ("some options are numbers and some are not", "let all options be of one kind", odd)
    } else if mixed(stops) {
        let odd = subject.options.iter().find(|each| stopped(each) != (stops * 2 > subject.options.len()));
        ("some options end in a full stop and some do not", "end all of them alike", odd)
    } else {
        ("", "", None)
    };
    if let Some(odd) = odd {
        out.push(Diagnostic::new("M9", Severity::Warning, odd.text.span, message).help(help));
    }
    let beginning = |each: &Choosable<'_>| -> Option<Vec<String>> {
        let words = words_of(&each.text.plain);
        (words.len() > 3).then(|| words[..3].to_vec())
    };
    let first = subject.options.first().and_then(beginning);
    if first.is_some() && subject.options.iter().all(|each| beginning(each) == first) {
        out.push(
            Diagnostic::new(
                "M10",
                Severity::Warning,
                subject.options[0].text.span,
                "all options begin with the same words",
            )
            .help("move them into the question"),
        );
    }
}

fn grammar(subject: &Subject<'_>, out: &mut Vec<Diagnostic>) {
    let text = &subject.question;
    let Some(last) = text.words.last().filter(|word| matches!(word.text.as_str(), "a" | "an")) else {
        return;
    };
    let vowel = |each: &&Choosable<'_>| each.text.plain.to_lowercase().starts_with(['a', 'e', 'i', 'o', 'u']);
    let vowels = subject.options.iter().filter(vowel).count();
    let fitting = if last.text == "an" { vowels } else { subject.options.len() - vowels };
    if fitting < subject.options.len() {
        out.push(
            Diagnostic::new(
                "K3",
                Severity::Warning,
                text.source_span(&last.at),
                format!("`{}` does not fit all options", last.text),
            )
            .help("move the article into the options"),
        );
    }
}
