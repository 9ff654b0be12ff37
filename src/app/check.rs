//! Checking decks: the language, the families of problems, the linter and the rules on all decks together, in one run.
//! Not for drawing what is found (`view/check.rs`) and not for taking decks over (`index.rs`): nothing is indexed here.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::load::loaded_from;
use super::threads;
use crate::card::{Card, DeckHead, Dialect};
use crate::deck::{self, Parsed, compat, families, lint};
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::session::Loaded;
use crate::shelf::{self, SHIPPED_PREFIX, ShelfError};
use crate::source::SourceText;

/// How decks are to be checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Also name what hashcards and repeater would read otherwise.
    pub portable: bool,
    /// Read as another tool does; the linter, whose rules are on our tags, is left out then.
    pub dialect: Option<Dialect>,
    /// Paths below this folder are shown relative to it.
    pub here: Option<&'a Path>,
}

/// A deck that was checked.
#[derive(Debug)]
pub struct CheckedDeck {
    /// Its absolute path, or `shipped:…`.
    pub path: String,
    /// Its text, under the name by which it is shown.
    pub source: SourceText,
    /// Its cards.
    pub cards: usize,
    /// What was found, in order of place.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a check found.
#[derive(Debug, Default)]
pub struct Checked {
    /// The decks, in order of path; files with neither cards nor faults among them.
    pub decks: Vec<CheckedDeck>,
    /// Files that could not be read: each counts as an error.
    pub faults: Vec<ShelfError>,
}

impl Checked {
    /// Counts what was found: errors, warnings, remarks.
    #[must_use]
    pub fn counts(&self) -> [usize; 3] {
        let mut counts = [self.faults.len(), 0, 0];
        for diagnostic in self.decks.iter().flat_map(|deck| &deck.diagnostics) {
            counts[match diagnostic.severity {
                Severity::Error => 0,
                Severity::Warning => 1,
                Severity::Info => 2,
            }] += 1;
        }
        counts
    }
}

/// A deck read for a check.
struct Read {
    path: String,
    source: SourceText,
    parsed: Parsed,
}

/// Checks the decks under some files and folders.
///
/// `context` are more files and folders whose decks count in the rules on all decks together, without being reported;
/// so do the course in the binary and the files beside a file that is checked.
#[must_use]
pub fn check(paths: &[PathBuf], context: &[PathBuf], options: Options<'_>) -> Checked {
    let walked = shelf::walk(paths);
    let mut faults = walked.faults;
    let targets: Vec<PathBuf> = walked.found.into_iter().map(|file| file.path).collect();
    let read = read_files(&targets, options, &mut faults);
    let names: HashSet<String> = read.iter().map(|deck| shelf::slug(&deck.path)).collect();
    let mut around = context.to_vec();
    around.extend(paths.iter().filter(|path| path.is_file()).flat_map(|path| siblings(path)));
    let known: HashSet<&PathBuf> = targets.iter().collect();
    let mut others: Vec<PathBuf> = shelf::walk(&around).found.into_iter().map(|file| file.path).collect();
    others.retain(|path| !known.contains(path));
    let mut beside = read_files(&others, options, &mut Vec::new());
    // A deck takes the place of the course's deck of the same name.
    beside.extend(read_shipped(options).into_iter().filter(|deck| !names.contains(&shelf::slug(&deck.path))));
    Checked { decks: judge(read, &beside, options), faults }
}

/// Checks a text as if it stood in a deck's file, among all other decks.
#[must_use]
pub fn check_text(path: &Path, text: String, context: &[PathBuf], options: Options<'_>) -> CheckedDeck {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = path.to_string_lossy().into_owned();
    let deck = parse(&name, shown(&path, options.here), text, options);
    let mut around = context.to_vec();
    around.extend(siblings(&path));
    let mut others: Vec<PathBuf> = shelf::walk(&around).found.into_iter().map(|file| file.path).collect();
    others.retain(|other| *other != path);
    let mut beside = read_files(&others, options, &mut Vec::new());
    let slug = shelf::slug(&name);
    beside.extend(read_shipped(options).into_iter().filter(|deck| shelf::slug(&deck.path) != slug));
    let source = deck.source.clone();
    let empty = CheckedDeck { path: name, source, cards: 0, diagnostics: Vec::new() };
    judge(vec![deck], &beside, options).pop().unwrap_or(empty)
}

/// Checks the course in the binary.
#[must_use]
pub fn check_shipped(options: Options<'_>) -> Checked {
    Checked { decks: judge(read_shipped(options), &[], options), faults: Vec::new() }
}

/// Returns the deck files in a file's own folder.
fn siblings(path: &Path) -> Vec<PathBuf> {
    let Some(folder) = path.canonicalize().ok().and_then(|path| path.parent().map(Path::to_owned)) else {
        return Vec::new();
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_deck = |path: &PathBuf| {
        path.is_file() && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
    };
    entries.filter(is_deck).collect()
}

fn read_files(paths: &[PathBuf], options: Options<'_>, faults: &mut Vec<ShelfError>) -> Vec<Read> {
    let read_file = |path: &PathBuf| {
        let text = path.to_str().ok_or_else(|| ShelfError::Io {
            doing: "name",
            path: path.clone(),
            source: std::io::Error::new(std::io::ErrorKind::InvalidData, "the path is not UTF-8"),
        })?;
        Ok(parse(text, shown(path, options.here), shelf::read(text)?, options))
    };
    let mut read = Vec::with_capacity(paths.len());
    for deck in threads::map(paths, read_file) {
        match deck {
            Ok(deck) => read.push(deck),
            Err(fault) => faults.push(fault),
        }
    }
    read
}

fn read_shipped(options: Options<'_>) -> Vec<Read> {
    let deck = |file: shelf::Shipped| {
        let path = format!("{SHIPPED_PREFIX}{}", file.path);
        parse(&path, path.clone(), file.text().to_owned(), options)
    };
    shelf::shipped().map(deck).collect()
}

fn parse(path: &str, name: String, text: String, options: Options<'_>) -> Read {
    let source = SourceText::new(name, text);
    let mut parsed = deck::parse_as(&source, options.dialect);
    families::leave_out_unknown(&mut parsed);
    Read { path: path.to_owned(), source, parsed }
}

/// Returns a path as people know it: relative where it lies below where they are.
#[must_use]
pub fn shown(path: &Path, here: Option<&Path>) -> String {
    let relative =
        here.and_then(|here| path.strip_prefix(here).ok()).filter(|rest| !rest.as_os_str().is_empty());
    relative.unwrap_or(path).to_string_lossy().into_owned()
}

fn judge(read: Vec<Read>, context: &[Read], options: Options<'_>) -> Vec<CheckedDeck> {
    let linted = |deck: &Read| deck.parsed.head.dialect == Dialect::Retain;
    let mut found: Vec<Vec<Diagnostic>> = threads::map(&read, |deck| {
        let mut all = deck.parsed.diagnostics.clone();
        if linted(deck) {
            all.extend(lint::deck(&deck.source, &deck.parsed, &lint::Options::default()));
        }
        if options.portable {
            all.extend(compat::portable(&deck.source));
        }
        all
    });
    if options.dialect.is_none() {
        // The decks that are reported come last: of two that clash, the later one is told.
        let together: Vec<(&SourceText, &Parsed)> =
            context.iter().chain(&read).map(|deck| (&deck.source, &deck.parsed)).collect();
        for (index, diagnostic) in lint::collection(&together) {
            if let Some(own) = index.checked_sub(context.len())
                && linted(&read[own])
            {
                found[own].push(diagnostic);
            }
        }
    }
    read.into_iter()
        .zip(found)
        .map(|(deck, mut diagnostics)| {
            diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
            let cards = deck.parsed.cards().count();
            CheckedDeck { path: deck.path, source: deck.source, cards, diagnostics }
        })
        .collect()
}

/// Returns a card with what its deck adds to it, for showing it before it is indexed.
#[must_use]
pub fn loaded_card(head: &DeckHead, path: &str, card: Card) -> Loaded {
    loaded_from(head, path, card)
}

/// What mechanical repairs made of a deck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The text after the repairs.
    pub text: String,
    /// How many were made.
    pub repairs: usize,
}

/// A repair may uncover the next; after this many rounds the rest is left to the author.
const ROUNDS: usize = 10;

/// Where repairs have to be tried one by one, at most this many are.
const TRIES: usize = 200;

/// Makes the mechanical repairs of a deck, and nothing else; `None` when there are none to make.
///
/// The text is read again after each round: repairs that would leave more errors or fewer cards than before are not
/// made, whatever the others do.
#[must_use]
pub fn mend(source: &SourceText, dialect: Option<Dialect>) -> Option<Mended> {
    let mut now = Looked::at(source.clone(), dialect);
    let mut repairs = 0;
    for _ in 0..ROUNDS {
        let Some((next, made)) = now.with(&now.fixes, dialect).or_else(|| one_by_one(&now, dialect)) else {
            break;
        };
        now = next;
        repairs += made;
    }
    (repairs > 0).then_some(Mended { text: now.source.text, repairs })
}

/// A text with what a repair may not make worse, and the repairs that it offers.
struct Looked {
    source: SourceText,
    errors: usize,
    /// Cards of which one was left out for the other.
    doubles: usize,
    cards: usize,
    /// In order of place.
    fixes: Vec<Fix>,
}

impl Looked {
    fn at(source: SourceText, dialect: Option<Dialect>) -> Self {
        let mut parsed = deck::parse_as(&source, dialect);
        families::leave_out_unknown(&mut parsed);
        let errors = || parsed.diagnostics.iter().filter(|fault| fault.severity == Severity::Error);
        let doubles = errors().filter(|fault| fault.code.starts_with("duplicate-")).count();
        let errors = errors().count();
        let mut found = std::mem::take(&mut parsed.diagnostics);
        if parsed.head.dialect == Dialect::Retain {
            found.extend(lint::deck(&source, &parsed, &lint::Options::default()));
        }
        let mut fixes: Vec<Fix> = found.into_iter().filter_map(|diagnostic| diagnostic.fix).collect();
        fixes.sort_by_key(|fix| (fix.span.start, fix.span.end));
        fixes.dedup();
        Self { errors, doubles, cards: parsed.cards().count(), fixes, source }
    }

    /// Makes repairs; nothing where there are none to make, or where they would do harm.
    fn with(&self, fixes: &[Fix], dialect: Option<Dialect>) -> Option<(Self, usize)> {
        let mut text = self.source.text.clone();
        let made = apply(&mut text, fixes);
        if made == 0 {
            return None;
        }
        let next = Self::at(SourceText::new(self.source.name.as_str(), text), dialect);
        let worse = next.errors > self.errors || next.doubles > self.doubles || next.cards < self.cards;
        (!worse).then_some((next, made))
    }
}

/// Makes the repairs that do no harm where all together do some: each is tried alone, the last first.
fn one_by_one(looked: &Looked, dialect: Option<Dialect>) -> Option<(Looked, usize)> {
    let mut now: Option<(Looked, usize)> = None;
    let mut limit = usize::MAX;
    for fix in looked.fixes.iter().rev().take(TRIES) {
        if fix.span.end > limit {
            continue;
        }
        let from = now.as_ref().map_or(looked, |(next, _)| next);
        if let Some((next, made)) = from.with(std::slice::from_ref(fix), dialect) {
            let before = now.map_or(0, |(_, before)| before);
            now = Some((next, before + made));
            limit = fix.span.start;
        }
    }
    now
}

/// Applies repairs that do not touch one another, the last first; returns how many.
fn apply(text: &mut String, fixes: &[Fix]) -> usize {
    let mut limit = text.len() + 1;
    let mut made = 0;
    for fix in fixes.iter().rev() {
        let fits = text.get(fix.span.start..fix.span.end).is_some_and(|old| old != fix.text);
        if fits && fix.span.end < limit {
            text.replace_range(fix.span.start..fix.span.end, &fix.text);
            limit = fix.span.start.max(1);
            made += 1;
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> Option<(String, usize)> {
        mend(&SourceText::new("t.md", text), None).map(|mended| (mended.text, mended.repairs))
    }

    #[test]
    fn repairs_change_what_they_must_and_no_other_byte() {
        let text =
            "\u{feff}---\r\nnam = \"x\"   # mine\r\n---\r\n\r\nnote  \r\nQ: a\r\nA: b\r\nSources: c\r\n";
        let (fixed, repairs) = mended(text).expect("two repairs");
        assert_eq!(repairs, 2);
        assert_eq!(fixed, text.replace("nam =", "name =").replace("Sources:", "Source:"));
        assert_eq!(mended(&fixed), None, "nothing is left to repair");
    }

    #[test]
    fn a_deck_without_repairs_is_left_alone() {
        assert_eq!(mended("Q: a\nA: b\n"), None);
        assert_eq!(mended("Q: a\n"), None, "a missing answer is not mechanical");
    }

    proptest::proptest! {
        #[test]
        fn repairs_end_and_never_add_errors_or_lose_cards(lines in proptest::collection::vec("(Q: |A: |a: |answer: |Why: |C: |  Q: |q: |Tags: |tag: |Definition: |Order:|Type: |[123]\\. |- |<!-- id: |<!-- lint: allow L2 |---|level: |tags = )?[a-z`\\[\\]$,| ]{0,12}(-->)?", 0..16)) {
            let source = SourceText::new("t.md", lines.join("\n"));
            let before = Looked::at(source.clone(), None);
            if let Some(mended) = mend(&source, None) {
                let after = Looked::at(SourceText::new("t.md", mended.text), None);
                proptest::prop_assert!(after.errors <= before.errors && after.cards >= before.cards);
            }
        }
    }
}
