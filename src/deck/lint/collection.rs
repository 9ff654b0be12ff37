//! Rules on all decks together: D1, D2, D4, S7, B3, and `Confuses:` that name no card.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher as _};

use super::mix::head_at;
use super::subject::{Shape, Subject};
use super::text::{Text, Word};
use super::twins::{Threshold, pairs};
use crate::card::CardKind;
use crate::deck::{Parsed, Tag};
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::source::{SourceText, Span};

/// D2: content words, as a Jaccard index.
const CONTENT: Threshold = Threshold { numerator: 3, denominator: 5 };
/// D2: shingles of three words.
const SHINGLES: Threshold = Threshold { numerator: 1, denominator: 2 };

/// The number of look-alikes that are looked at for a card: one that has more needs rewriting, not a longer list.
const TWINS: usize = 8;

/// Findings, each with the index of its deck.
type Findings = Vec<(usize, Diagnostic)>;

/// What is kept of a block once it has been flattened.
struct Asked {
    deck: usize,
    block: usize,
    /// The question's first line.
    at: Span,
    /// Its number, from 1.
    line: usize,
    /// The question as it is compared.
    question: u64,
    answer: u64,
    /// Whether question and answer both are texts of their own.
    plain: bool,
    key: String,
    block_key: String,
    confuses: Vec<String>,
}

/// Applies the rules.
pub(super) fn check(decks: &[(&SourceText, &Parsed)]) -> Findings {
    let mut out = Vec::new();
    let mut asked = Vec::new();
    let mut content: Vec<Vec<u64>> = Vec::new();
    let mut shingles: Vec<Vec<u64>> = Vec::new();
    for (deck, (source, parsed)) in decks.iter().enumerate() {
        // Blocks are in order, so lines are counted once.
        let (mut line, mut counted) = (1, 0);
        for (index, block) in parsed.blocks.iter().enumerate() {
            let Some(subject) = Subject::new(source, &parsed.head, block) else { continue };
            let words = &subject.question.words;
            content.push(words.iter().filter_map(Word::content).map(|word| hash(&*word)).collect());
            shingles.push(
                words
                    .windows(3)
                    .map(|three| hash(&[&three[0].text, &three[1].text, &three[2].text]))
                    .collect(),
            );
            let mut each = read(deck, index, &subject);
            line += source.slice(Span::new(counted, each.at.start)).bytes().filter(|&b| b == b'\n').count();
            counted = counted.max(each.at.start);
            each.line = line;
            asked.push(each);
        }
    }
    ids(decks, &asked, &mut out);
    duplicates(decks, &asked, &mut out);
    let mut near = pairs(&content, CONTENT, TWINS);
    near.extend(pairs(&shingles, SHINGLES, TWINS));
    near.sort_unstable_by_key(|&(earlier, later)| (later, earlier));
    near.dedup();
    drop((content, shingles));
    twins(decks, &asked, &near, &mut out);
    reversed(decks, &asked, &mut out);
    confused(decks, &asked, &mut out);
    requires(decks, &mut out);
    out
}

fn hash<T: std::hash::Hash + ?Sized>(value: &T) -> u64 {
    // Only compared within one run.
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn read(deck: usize, block: usize, subject: &Subject<'_>) -> Asked {
    let source = subject.source.text.as_str();
    let said = |text: &Text| text.compared(source, &(0..text.plain.len()));
    let asked = hash(&said(&subject.question));
    let (question, answer) = match &subject.card.kind {
        CardKind::Problem { family, parameters } => (hash(&(family, parameters.to_string())), 0),
        // The same sentence with another part hidden asks something else.
        CardKind::Cloze { .. } if subject.shape == Shape::Cloze => {
            let hidden: Vec<_> = subject.hidden.iter().map(|hidden| hidden.range.clone()).collect();
            let keys: Vec<_> = hidden.iter().map(|range| subject.question.compared(source, range)).collect();
            (hash(&(asked, hidden)), hash(&keys))
        }
        CardKind::Choice { .. } => {
            let right = subject.options.iter().filter(|each| each.option.right);
            let mut keys: Vec<_> = right.map(|each| said(&each.text)).collect();
            keys.sort();
            (asked, if keys.len() == 1 { hash(&keys[0]) } else { hash(&keys) })
        }
        CardKind::Order { .. } => {
            let items: Vec<_> = subject.items.iter().map(said).collect();
            (asked, hash(&items))
        }
        _ => (asked, hash(&subject.answer.as_ref().map(said).unwrap_or_default())),
    };
    Asked {
        deck,
        block,
        at: if subject.shape == Shape::Problem {
            subject.block.question_span()
        } else {
            subject.question_at()
        },
        line: 0,
        question,
        answer,
        plain: matches!(subject.shape, Shape::Recall | Shape::Typed | Shape::Term),
        key: subject.card.key.0.clone(),
        block_key: subject.card.block_key.0.clone(),
        confuses: subject.card.confuses.clone(),
    }
}

/// Says where another card stands, as `raft.md:12`.
fn place(decks: &[(&SourceText, &Parsed)], asked: &Asked) -> String {
    let source = decks[asked.deck].0;
    format!("{}:{}", source.name, asked.line)
}

/// Puts the second place where a caret can show it, or names it where it lies in another file.
fn beside(
    diagnostic: Diagnostic,
    decks: &[(&SourceText, &Parsed)],
    here: &Asked,
    other: &Asked,
    what: &str,
) -> Diagnostic {
    if here.deck == other.deck {
        diagnostic.related(other.at, what)
    } else {
        let label = format!("{what}: {}", place(decks, other));
        diagnostic.label(label)
    }
}

fn ids(decks: &[(&SourceText, &Parsed)], asked: &[Asked], out: &mut Findings) {
    let mut seen: HashMap<&str, &Asked> = HashMap::with_capacity(asked.len());
    for each in asked {
        let Some(first) = seen.get(each.block_key.as_str()) else {
            seen.insert(&each.block_key, each);
            continue;
        };
        // Within one deck the parser has said so.
        let Some(id) = &decks[each.deck].1.blocks[each.block].id else { continue };
        if first.deck == each.deck {
            continue;
        }
        let diagnostic =
            Diagnostic::new("S7", Severity::Error, id.span, format!("the id `{}` is taken", id.text))
                .help("give this card an id of its own; ids are one namespace over all decks");
        out.push((each.deck, beside(diagnostic, decks, each, first, "taken here")));
    }
}

fn duplicates(decks: &[(&SourceText, &Parsed)], asked: &[Asked], out: &mut Findings) {
    let mut seen: HashMap<u64, &Asked> = HashMap::with_capacity(asked.len());
    for each in asked {
        let Some(first) = seen.get(&each.question) else {
            seen.insert(each.question, each);
            continue;
        };
        let same_deck = first.deck == each.deck;
        let severity = if same_deck { Severity::Error } else { Severity::Warning };
        let message = if each.key == first.key {
            "this card stands in another deck too, and only one of the two is scheduled"
        } else {
            "another card asks the same"
        };
        let diagnostic = Diagnostic::new("D1", severity, each.at, message)
            .help("remove one of the two, or ask each for something else");
        out.push((each.deck, beside(diagnostic, decks, each, first, "the first")));
    }
}

fn twins(decks: &[(&SourceText, &Parsed)], asked: &[Asked], near: &[(usize, usize)], out: &mut Findings) {
    // One finding a card: the look-alike with the same answer, else the first that is not told apart.
    for pairs in near.chunk_by(|a, b| a.1 == b.1) {
        let each = &asked[pairs[0].1];
        let others = || {
            pairs.iter().map(|&(earlier, _)| &asked[earlier]).filter(|first| first.question != each.question)
        };
        if let Some(first) = others().find(|first| first.answer == each.answer && first.answer != 0) {
            let message = "another card asks nearly the same, with the same answer";
            let diagnostic = Diagnostic::new("D2", Severity::Error, each.at, message).help("merge the two");
            out.push((each.deck, beside(diagnostic, decks, each, first, "the first")));
        } else if let Some((first, help)) =
            others().find_map(|first| Some((first, missing(decks, first, each)?)))
        {
            let message = "this question is easily taken for another";
            let diagnostic = Diagnostic::new("D2", Severity::Warning, each.at, message).help(help);
            out.push((each.deck, beside(diagnostic, decks, each, first, "the other")));
        }
    }
}

/// Says what two look-alikes with different answers lack to be kept apart; nothing where they are.
fn missing(decks: &[(&SourceText, &Parsed)], first: &Asked, each: &Asked) -> Option<String> {
    const BOLD: &str = "set the word that tells them apart in **bold** in both";
    let linked = links(first, each) || links(each, first);
    match (linked, is_told_apart(decks, first, each)) {
        (true, true) => None,
        (true, false) => Some(BOLD.to_owned()),
        _ if decks[first.deck].1.blocks[first.block].id.is_none() => {
            Some(format!("give the other card an id and name it in `Confuses:`, and {BOLD}"))
        }
        (false, true) => {
            Some(format!("add `Confuses: {}`, so that they are kept apart in a session", first.block_key))
        }
        (false, false) => Some(format!("{BOLD}, and add `Confuses: {}`", first.block_key)),
    }
}

fn links(from: &Asked, to: &Asked) -> bool {
    from.confuses.iter().any(|id| *id == to.block_key || *id == to.key)
}

/// Tells whether each question has a word in bold that is not bold in the other, as far as it has a word of its own.
fn is_told_apart(decks: &[(&SourceText, &Parsed)], one: &Asked, other: &Asked) -> bool {
    let text = |asked: &Asked| {
        let (source, parsed) = decks[asked.deck];
        Subject::new(source, &parsed.head, &parsed.blocks[asked.block]).map(|subject| subject.question)
    };
    let (Some(one), Some(other)) = (text(one), text(other)) else { return false };
    let tells = |text: &Text, against: &Text| {
        let has = |text: &Text, word: &str| text.words.iter().any(|each| each.text == word);
        let bold = |text: &Text, word: &str| {
            text.words.iter().any(|each| each.text == word && text.touches_bold(&each.at))
        };
        text.words.iter().all(|word| has(against, &word.text))
            || text.words.iter().any(|word| text.touches_bold(&word.at) && !bold(against, &word.text))
    };
    tells(&one, &other) && tells(&other, &one)
}

fn reversed(decks: &[(&SourceText, &Parsed)], asked: &[Asked], out: &mut Findings) {
    let mut seen: HashMap<(u64, u64), &Asked> = HashMap::new();
    for each in asked.iter().filter(|each| each.plain) {
        if let Some(first) = seen.get(&(each.answer, each.question))
            && !links(first, each)
            && !links(each, first)
        {
            let diagnostic =
                Diagnostic::new("D4", Severity::Info, each.at, "this card is another one turned round")
                    .help(format!("keep them apart in a session: `Confuses: {}`", first.block_key));
            out.push((each.deck, beside(diagnostic, decks, each, first, "the other")));
        }
        seen.entry((each.question, each.answer)).or_insert(each);
    }
}

fn confused(decks: &[(&SourceText, &Parsed)], asked: &[Asked], out: &mut Findings) {
    let mut known: HashSet<&str> = asked.iter().map(|each| each.block_key.as_str()).collect();
    for (_, parsed) in decks {
        known.extend(parsed.cards().map(|card| card.key.0.as_str()));
    }
    // Looking for what was meant reads every id; after twenty faults somebody needs no more hints.
    let mut hints = 20_u32;
    for each in asked {
        let block = &decks[each.deck].1.blocks[each.block];
        for id in each.confuses.iter().filter(|id| !known.contains(id.as_str())) {
            let body = block.section(Tag::Confuses).map_or(each.at, |section| section.body);
            let within = decks[each.deck].0.slice(body).find(id.as_str());
            let at = within.map_or(body, |from| Span::new(body.start + from, body.start + from + id.len()));
            let near = if hints > 0 {
                did_you_mean(id, known.iter().copied().collect::<std::collections::BTreeSet<_>>())
            } else {
                None
            };
            hints = hints.saturating_sub(1);
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name the id of a card, or take it out".to_owned(),
            };
            out.push((
                each.deck,
                Diagnostic::new("unknown-card", Severity::Warning, at, format!("no card has the id `{id}`"))
                    .help(help),
            ));
        }
    }
}

/// Applies B3: the graph of `requires` names decks that exist, has no cycle, and never leads upwards.
fn requires(decks: &[(&SourceText, &Parsed)], out: &mut Findings) {
    let slugs: Vec<&str> = decks.iter().map(|(source, _)| slug(&source.name)).collect();
    let mut by_slug: BTreeMap<&str, usize> = BTreeMap::new();
    for (deck, slug) in slugs.iter().enumerate() {
        by_slug.entry(slug).or_insert(deck);
    }
    let mut edges: Vec<Vec<usize>> = vec![Vec::new(); decks.len()];
    for (deck, (source, parsed)) in decks.iter().enumerate() {
        for name in &parsed.head.requires {
            let at = requires_at(source, parsed, name);
            let Some(&needed) = by_slug.get(name.as_str()) else {
                let help = match did_you_mean(name, by_slug.keys().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name a deck by its file, without `.md`".to_owned(),
                };
                out.push((
                    deck,
                    Diagnostic::new("B3", Severity::Error, at, format!("no deck is named `{name}`"))
                        .help(help),
                ));
                continue;
            };
            edges[deck].push(needed);
            if let (Some(own), Some(theirs)) = (parsed.head.level, decks[needed].1.head.level)
                && theirs > own
            {
                let message = format!("a deck of level {own} needs `{name}`, which is {theirs}");
                out.push((
                    deck,
                    Diagnostic::new("B3", Severity::Error, at, message)
                        .help("teach what is needed earlier, or move this deck up"),
                ));
            }
        }
    }
    for cycle in cycles(&edges) {
        let (source, parsed) = decks[cycle[0]];
        let next = slugs[cycle[1 % cycle.len()]];
        let way: Vec<&str> = cycle.iter().chain(&cycle[..1]).map(|&deck| slugs[deck]).collect();
        let message = format!("decks need one another: {}", way.join(" → "));
        let at = requires_at(source, parsed, next);
        out.push((
            cycle[0],
            Diagnostic::new("B3", Severity::Error, at, message).help("take one of these `requires` out"),
        ));
    }
}

/// Returns the stem of a file's name.
fn slug(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.strip_suffix(".md").or_else(|| name.strip_suffix(".MD")).unwrap_or(name)
}

fn requires_at(source: &SourceText, parsed: &Parsed, name: &str) -> Span {
    let Some(key) =
        parsed.head_text.as_ref().and_then(|head| head.keys.iter().find(|key| key.name == "requires"))
    else {
        return head_at(parsed);
    };
    let quoted = format!("\"{name}\"");
    match source.slice(key.value).find(&quoted) {
        Some(from) => Span::new(key.value.start + from + 1, key.value.start + from + 1 + name.len()),
        None => key.value,
    }
}

/// Returns one cycle for each group of decks that need one another, each starting at its first deck.
fn cycles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; edges.len()];
    let mut found = Vec::new();
    for root in 0..edges.len() {
        if marks[root] != Mark::New {
            continue;
        }
        // The way from the root, each with the number of its edges already followed.
        let mut way: Vec<(usize, usize)> = vec![(root, 0)];
        marks[root] = Mark::Open;
        while let Some((deck, followed)) = way.last_mut() {
            let deck = *deck;
            let Some(&next) = edges[deck].get(*followed) else {
                marks[deck] = Mark::Done;
                way.pop();
                continue;
            };
            *followed += 1;
            match marks[next] {
                Mark::New => {
                    marks[next] = Mark::Open;
                    way.push((next, 0));
                }
                Mark::Open => {
                    let from = way.iter().position(|&(each, _)| each == next).unwrap_or(0);
                    let mut cycle: Vec<usize> = way[from..].iter().map(|&(each, _)| each).collect();
                    let first =
                        cycle.iter().enumerate().min_by_key(|(_, deck)| **deck).map_or(0, |(at, _)| at);
                    cycle.rotate_left(first);
                    found.push(cycle);
                }
                Mark::Done => {}
            }
        }
    }
    found
}
