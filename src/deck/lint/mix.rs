//! Rules on a deck as a whole: B1, B2, B4, B5 and D3. B3 needs other decks (`collection.rs`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::subject::{APPLIED, Shape, Subject};
use super::text::words_of;
use crate::deck::{Parsed, Tag};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// The number of cards from which the mix of a deck is judged.
const ENOUGH_CARDS: usize = 30;
/// The number of questions from which their beginnings are compared: among fewer, two in a row are chance.
const ENOUGH_QUESTIONS: usize = 10;
/// The number of choices from which their longest options are counted.
const ENOUGH_CHOICES: usize = 20;

/// Applies the rules to a deck.
pub(super) fn check(parsed: &Parsed, subjects: &[Subject<'_>], out: &mut Vec<Diagnostic>) {
    let at = head_at(parsed);
    if parsed.head.level.is_some() {
        mix(at, subjects, out);
        angles(subjects, out);
    }
    if let Some(message) = longest(subjects.iter()) {
        out.push(
            Diagnostic::new("B4", Severity::Error, at, message)
                .help("shorten the right options, or make wrong ones as long"),
        );
    }
    monotony(at, subjects, out);
    worn_answers(subjects, out);
}

/// Returns where findings about the whole deck stand: at its name, else at its head.
pub(super) fn head_at(parsed: &Parsed) -> Span {
    match &parsed.head_text {
        Some(head) => match head.keys.iter().find(|key| key.name == "name") {
            Some(name) => name.key.join(name.value),
            None => Span::new(head.span.start, head.span.start + 3),
        },
        None => parsed.blocks.first().map_or(Span::new(0, 0), |block| {
            let tag = block.sections.first().map(|section| section.tag_span);
            tag.unwrap_or(block.span)
        }),
    }
}

/// What a card asks about its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Angle {
    What,
    Why,
    Contrast,
    Apply,
}

fn angle(subject: &Subject<'_>) -> Angle {
    const CONTRASTS: [&str; 12] = [
        "differ",
        "differs",
        "difference",
        "differences",
        "contrast",
        "unlike",
        "rather",
        "instead",
        "versus",
        "compared",
        "than",
        "whereas",
    ];
    if subject.is_applied() {
        Angle::Apply
    } else if subject.question.asks_why() {
        Angle::Why
    } else if matches!(subject.shape, Shape::Choice { .. })
        || !subject.card.confuses.is_empty()
        || subject.question.any_word(&CONTRASTS).is_some()
    {
        Angle::Contrast
    } else {
        Angle::What
    }
}

/// Tells whether a card asks "What is X?", the definition of a name and nothing else.
fn is_definition(subject: &Subject<'_>) -> bool {
    if subject.shape == Shape::Term {
        return true;
    }
    let words: Vec<&str> = subject.question.words.iter().map(|word| word.text.as_str()).collect();
    matches!(subject.shape, Shape::Recall | Shape::Typed)
        && subject.question.sentences.len() == 1
        && words.len() <= 8
        && matches!(
            words.as_slice(),
            ["what", "is" | "are", ..] | ["what", "does", .., "mean"] | ["define", ..]
        )
}

fn mix(at: Span, subjects: &[Subject<'_>], out: &mut Vec<Diagnostic>) {
    let weight = |subject: &&Subject<'_>| subject.block.cards.len();
    let all: usize = subjects.iter().map(|subject| weight(&subject)).sum();
    if all < ENOUGH_CARDS {
        return;
    }
    let share = |wanted: &dyn Fn(&Subject<'_>) -> bool| -> usize {
        subjects.iter().filter(|subject| wanted(subject)).map(|subject| weight(&subject)).sum()
    };
    let definitions = share(&is_definition);
    let reasons = share(&|subject| subject.question.asks_why());
    let applied = share(&|subject| subject.is_applied());
    let choices = share(&|subject| matches!(subject.shape, Shape::Choice { .. }));
    let mut say = |message: String, help: &str| {
        out.push(Diagnostic::new("B1", Severity::Warning, at, message).help(help));
    };
    if definitions * 10 > all * 3 {
        say(
            format!("{definitions} of {all} cards only ask what something is: at most 30 %"),
            "ask why, how, or what follows",
        );
    }
    if reasons * 4 < all {
        say(
            format!("{reasons} of {all} cards ask why or how: at least 25 %"),
            "ask for the reason behind a fact",
        );
    }
    if applied * 4 < all {
        say(
            format!("{applied} of {all} cards apply what they teach: at least 25 %"),
            "add scenarios tagged `applied`, a `Number:` or a `Problem:`",
        );
    }
    if choices * 4 > all {
        say(
            format!("{choices} of {all} cards are choices: at most 25 %"),
            "turn some into questions without options",
        );
    }
}

fn angles(subjects: &[Subject<'_>], out: &mut Vec<Diagnostic>) {
    let mut topics: BTreeMap<&str, Vec<&Subject<'_>>> = BTreeMap::new();
    for subject in subjects {
        let own: BTreeSet<&str> =
            subject.card.tags.iter().map(String::as_str).filter(|tag| *tag != APPLIED).collect();
        for tag in own {
            topics.entry(tag).or_default().push(subject);
        }
    }
    for (topic, cards) in topics {
        let count: usize = cards.iter().map(|subject| subject.block.cards.len()).sum();
        let kinds: BTreeSet<Angle> = cards.iter().map(|subject| angle(subject)).collect();
        let (message, help) = if count < 3 {
            (
                format!("the topic `{topic}` has {count} card{}", if count == 1 { "" } else { "s" }),
                "add cards from other angles, or join it with a neighbouring topic",
            )
        } else if count > 12 {
            (format!("the topic `{topic}` has {count} cards"), "split it into two topics of 3 to 12 cards")
        } else if kinds.len() < 2 {
            let only = match kinds.first() {
                Some(Angle::Why) => "why",
                Some(Angle::Contrast) => "what tells things apart",
                Some(Angle::Apply) => "for an application",
                _ => "what",
            };
            (
                format!("all cards of the topic `{topic}` ask {only}"),
                "add a card from another angle: what, why, contrast, apply",
            )
        } else {
            continue;
        };
        let first = cards[0];
        let at = first.tag_at(Tag::Tags).map_or(first.question_at(), |body| {
            let within = first.source.slice(body).find(topic);
            within.map_or(body, |from| Span::new(body.start + from, body.start + from + topic.len()))
        });
        out.push(Diagnostic::new("B2", Severity::Warning, at, message).label("first used here").help(help));
    }
}

/// Says whether the longest or the shortest option is the right one more often than chance gives.
pub(super) fn longest<'s, 'a: 's>(subjects: impl Iterator<Item = &'s Subject<'a>>) -> Option<String> {
    let (mut count, mut options, mut long, mut short) = (0_usize, 0_usize, 0_usize, 0_usize);
    for subject in subjects {
        if subject.shape != (Shape::Choice { several: false }) {
            continue;
        }
        let lengths = |right: bool| {
            subject
                .options
                .iter()
                .filter(move |each| each.option.right == right)
                .map(|each| each.text.words.len())
        };
        let Some(key) = lengths(true).next() else { continue };
        count += 1;
        options += subject.options.len();
        // A tie tells nothing.
        long += usize::from(lengths(false).all(|other| other < key));
        short += usize::from(lengths(false).all(|other| other > key));
    }
    if count < ENOUGH_CHOICES {
        return None;
    }
    // A share above 1/k + 15 points, with k = options / count.
    let limit = count as f64 / options as f64 + 0.15;
    let over = |hits: usize| hits as f64 / count as f64 > limit;
    let say = |hits: usize, what: &str| {
        format!(
            "the {what} option is right in {hits} of {count} choices: at most {:.0} % are chance",
            limit * 100.0
        )
    };
    if over(long) {
        Some(say(long, "longest"))
    } else if over(short) {
        Some(say(short, "shortest"))
    } else {
        None
    }
}

fn monotony(at: Span, subjects: &[Subject<'_>], out: &mut Vec<Diagnostic>) {
    let mut beginnings: HashMap<String, usize> = HashMap::new();
    let mut all = 0;
    for subject in subjects.iter().filter(|subject| subject.asks()) {
        if let [one, two, ..] = subject.question.words.as_slice() {
            all += 1;
            *beginnings.entry(format!("{} {}", one.text, two.text)).or_default() += 1;
        }
    }
    let most = beginnings.iter().max_by_key(|(words, count)| (**count, std::cmp::Reverse(*words)));
    if let Some((words, &count)) = most.filter(|(_, count)| all >= ENOUGH_QUESTIONS && **count * 5 > all * 2)
    {
        out.push(
            Diagnostic::new(
                "B5",
                Severity::Warning,
                at,
                format!("{count} of {all} questions begin with \"{words}\""),
            )
            .help("vary what is asked: at most 40 % may begin alike"),
        );
    }
}

fn worn_answers(subjects: &[Subject<'_>], out: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<String, (usize, Span)> = BTreeMap::new();
    for subject in subjects {
        if matches!(subject.shape, Shape::Choice { .. } | Shape::Number | Shape::Term) {
            continue;
        }
        for key in subject.keys() {
            if key.content.is_empty() || key.content.len() > 3 {
                continue;
            }
            let entry = seen.entry(words_of(&key.plain).join(" ")).or_insert((0, key.span));
            entry.0 += 1;
            if entry.0 == 5 {
                entry.1 = key.span;
            }
        }
    }
    for (answer, (count, at)) in seen {
        if count >= 5 {
            out.push(
                Diagnostic::new(
                    "D3",
                    Severity::Warning,
                    at,
                    format!("`{answer}` answers {count} cards of this deck"),
                )
                .label("the fifth")
                .help("ask some of them from the other side"),
            );
        }
    }
}
