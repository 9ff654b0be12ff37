//! Writing decks: a new file with its front matter, a card added at the end of a deck, each checked before it is saved.
//! Nothing is written but what the author asked for, and what stood in a file stays as it was, byte for byte.
//! Not for asking (`ask.rs`) or for formatting (`deck/format.rs`).

mod ask;
mod compose;

use std::path::{Path, PathBuf};

pub use ask::{AddWanted, Asked, CardKindWanted};
pub use compose::HeadWanted;

use super::check::{self, Options};
use super::load::loaded_from;
use super::plan::is_named;
use super::{App, AppError, Result};
use crate::deck;
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::session::Loaded;
use crate::shelf::{self, SHIPPED_PREFIX};
use crate::source::SourceText;

/// A card that is about to be added to a deck.
#[derive(Debug)]
pub struct Tried {
    /// The deck.
    pub path: PathBuf,
    /// Its text as it is.
    pub old: String,
    /// Its text with the card.
    pub source: SourceText,
    /// Where the new text begins.
    pub start: usize,
    /// The cards it would add.
    pub cards: Vec<Loaded>,
    /// What is wrong with them, near-duplicates among it; remarks are left out.
    pub diagnostics: Vec<Diagnostic>,
}

impl Tried {
    /// Tells whether it may be saved.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        !self.cards.is_empty() && self.diagnostics.iter().all(|fault| !stops(fault))
    }

    /// Returns the line on which the new text begins, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.source.position(self.start).line
    }
}

/// Tells whether a finding leaves the card out or breaks the deck; the linter's are a matter of the author's judgement.
fn stops(fault: &Diagnostic) -> bool {
    fault.severity == Severity::Error && fault.code.starts_with(|c: char| c.is_ascii_lowercase())
}

impl App {
    /// Returns the file that a new deck of this name would have: a path stays one, a bare name goes into the learner's
    /// deck folder.
    ///
    /// # Errors
    /// Fails when the file exists, or the name makes no file name.
    pub fn new_deck_path(&self, name: &str) -> Result<PathBuf> {
        let is_path = name.contains(['/', '\\']) || name.to_lowercase().ends_with(".md");
        let path = if is_path {
            let mut path = PathBuf::from(name);
            if !name.to_lowercase().ends_with(".md") {
                path.as_mut_os_string().push(".md");
            }
            path
        } else {
            let slug = deck::slug(name);
            if slug.is_empty() {
                return Err(AppError::Refused(format!("`{name}` makes no file name: use letters or digits")));
            }
            self.config.deck_folder().join(format!("{slug}.md"))
        };
        if path.exists() {
            return Err(AppError::Refused(format!(
                "`{}` exists already: `retain add` adds cards to it",
                path.display()
            )));
        }
        Ok(path)
    }

    /// Returns a name for people made of a deck's file name.
    #[must_use]
    pub fn default_deck_name(&self, path: &Path) -> String {
        compose::name_from(&shelf::slug(&path.to_string_lossy()))
    }

    /// Writes a new deck without cards.
    ///
    /// # Errors
    /// Fails when the file exists or cannot be written.
    pub fn create_deck(&mut self, path: &Path, head: &HeadWanted) -> Result<()> {
        if path.exists() {
            return Err(AppError::Refused(format!("`{}` exists already", path.display())));
        }
        Ok(shelf::write_atomically(path, &head.text())?)
    }

    /// Returns the file of a deck to which cards may be added, by path, name or file stem.
    ///
    /// # Errors
    /// Fails when there is no such deck, or it belongs to the course.
    pub fn deck_file(&self, name: &str) -> Result<PathBuf> {
        let path = Path::new(name);
        if path.is_file() {
            return Ok(path.canonicalize().unwrap_or_else(|_| path.to_owned()));
        }
        // A deck without cards is not in the index yet, or has just been made.
        let own = self.config.deck_folder().join(format!("{}.md", deck::slug(name)));
        if own.is_file() {
            return Ok(own);
        }
        let decks = self.store.decks()?;
        let mut named = decks.iter().filter(|deck| is_named(deck, name));
        if let Some(deck) = named.clone().find(|deck| !deck.path.starts_with(SHIPPED_PREFIX)) {
            return Ok(PathBuf::from(&deck.path));
        }
        if named.next().is_some() {
            return Err(AppError::Refused(format!(
                "`{name}` belongs to the course: add to a deck of your own, or `retain edit` one of its cards to get a copy"
            )));
        }
        let names = decks.iter().flat_map(|deck| [deck.slug.as_str(), deck.head.name.as_str()]);
        let near = did_you_mean(name, names).map(str::to_owned);
        Err(AppError::Unknown { what: "deck", name: name.to_owned(), near })
    }

    /// Returns the files of the learner's own decks at hand, in order of path, also those without cards.
    ///
    /// # Errors
    /// Fails when the database does.
    pub fn own_decks(&self) -> Result<Vec<PathBuf>> {
        Ok(shelf::walk(&self.roots()?).found.into_iter().map(|file| file.path).collect())
    }

    /// Checks what a deck would be with a block of text at its end: the card itself, the linter, and duplicates and
    /// near-duplicates over all decks at hand. Nothing is written.
    ///
    /// # Errors
    /// Fails when the deck cannot be read, or the database fails.
    pub fn try_block(&self, path: &Path, block: &str) -> Result<Tried> {
        let name = path.to_string_lossy().into_owned();
        let old = shelf::read(&name)?;
        let (text, start) = compose::appended(&old, block);
        let before = deck::parse(&SourceText::new(name.as_str(), old.as_str()));
        let source = SourceText::new(name.as_str(), text);
        let after = deck::parse(&source);
        let mut checked = check::check_text(path, source.text.clone(), &self.roots()?, Options::default());
        checked.diagnostics.retain(|fault| fault.severity > Severity::Info && fault.span.end > start);
        let cards: Vec<Loaded> = after
            .cards()
            .filter(|card| card.span.start >= start)
            .map(|card| loaded_from(&after.head, &name, card.clone()))
            .collect();
        let untouched = before.cards().zip(after.cards()).all(|(one, other)| one == other)
            && after.cards().count() == before.cards().count() + cards.len();
        if !untouched || (cards.is_empty() && !checked.diagnostics.iter().any(stops)) {
            let whole = crate::source::Span::new(start, source.text.len());
            let message = if untouched {
                "this text holds no card"
            } else {
                "this text would change the cards above it"
            };
            checked.diagnostics.push(
                Diagnostic::new("unusable-text", Severity::Error, whole, message)
                    .help("begin with `Q:`, `C:`, `T:` or `Problem:` at the start of a line"),
            );
        }
        Ok(Tried { path: path.to_owned(), old, source, start, cards, diagnostics: checked.diagnostics })
    }

    /// Saves a deck with its new card: the old text stays as it is, the new text follows.
    ///
    /// # Errors
    /// Fails when somebody wrote to the file meanwhile, or it cannot be written.
    pub fn save_tried(&mut self, tried: &Tried) -> Result<()> {
        shelf::replace(&tried.path, &tried.old, &tried.source.text)?;
        self.refresh(std::slice::from_ref(&tried.path))?;
        Ok(())
    }
}
