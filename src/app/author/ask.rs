//! The questions that make a deck or a card, over any terminal: a few prompts, or a template in the editor.
//! Not for what becomes of the answers (`compose.rs`, `mod.rs`).

use std::io;
use std::path::Path;

use super::Tried;
use super::compose::{HeadWanted, section};
use crate::app::front::face;
use crate::app::{App, AppError, Result};
use crate::card::{Area, Level};
use crate::problem;
use crate::seed::Seed;
use crate::shelf;
use crate::term::{Ask, Menu, Terminal};
use crate::view::check::Drawing;
use crate::view::form::{self, FormView};
use crate::view::frame::{Line, Style};
use crate::view::page::Page;
use crate::view::review::lines;

/// The kinds of cards that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardKindWanted {
    /// `Q:` and `A:`.
    Recall,
    /// `C:`.
    Cloze,
    /// `Q:` with a task list.
    Choice,
    /// `Order:`.
    Order,
    /// `Type:`.
    Typed,
    /// `Number:`.
    Number,
    /// `T:` and `D:`.
    Term,
    /// `Problem:`.
    Problem,
    /// Anything, written in the editor.
    Editor,
}

impl CardKindWanted {
    /// All kinds, in the order of the menu.
    pub const ALL: [Self; 9] = [
        Self::Recall,
        Self::Cloze,
        Self::Choice,
        Self::Order,
        Self::Typed,
        Self::Number,
        Self::Term,
        Self::Problem,
        Self::Editor,
    ];

    fn words(self) -> &'static str {
        match self {
            Self::Recall => "question and answer",
            Self::Cloze => "a sentence with hidden parts",
            Self::Choice => "choice among options",
            Self::Order => "items to put in order",
            Self::Typed => "a word to type",
            Self::Number => "a number to type",
            Self::Term => "a term and its definition",
            Self::Problem => "a problem drawn afresh",
            Self::Editor => "write it in the editor",
        }
    }
}

/// What is to be added, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct AddWanted {
    /// The kind; asked for when it is not given.
    pub kind: Option<CardKindWanted>,
}

/// What came of asking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Cards that were saved.
    pub saved: usize,
}

/// A form on a terminal.
struct Form<'a> {
    terminal: &'a mut dyn Terminal,
    view: FormView,
}

impl Form<'_> {
    fn draw(&mut self, room: usize) -> Result<()> {
        self.view.room = room;
        if self.terminal.keeps_lines() {
            self.view.facts.clear();
        } else {
            self.view.way_back = "ctrl-c goes back".to_owned();
        }
        let frame = form::screen(&self.view, self.terminal.size());
        self.terminal.draw(&frame).map_err(AppError::Terminal)
    }

    /// Asks for a line; `None` when the author backs out.
    fn line(&mut self, label: &str, ask: &Ask) -> Result<Option<String>> {
        self.draw(2)?;
        // On a narrow screen a long prompt would leave no room on its line for what is typed.
        let narrow = self.terminal.size().columns < 60;
        let prompt =
            if narrow { ask.prompt.replace("(may be empty)", "(or none)") } else { ask.prompt.clone() };
        let ask = Ask { prompt, ..ask.clone() };
        let answer = self.terminal.input(&ask).map_err(AppError::Terminal)?;
        if let Some(answer) = answer.as_ref().filter(|answer| !answer.trim().is_empty()) {
            self.view.facts.push((label.to_owned(), answer.trim().to_owned()));
        }
        Ok(answer.map(|answer| answer.trim().to_owned()))
    }

    fn needed(&mut self, label: &str, prompt: &str) -> Result<Option<String>> {
        self.line(label, &Ask { prompt: prompt.to_owned(), initial: String::new(), may_be_empty: false })
    }

    fn optional(&mut self, label: &str, prompt: &str) -> Result<Option<String>> {
        self.line(label, &Ask::new(format!("{prompt} (may be empty)")))
    }

    /// Asks for lines until an empty one.
    fn several(&mut self, label: &str, prompt: &str, least: usize) -> Result<Option<Vec<String>>> {
        let mut all = Vec::new();
        loop {
            let number = all.len() + 1;
            let text = if all.len() < least {
                self.needed(label, &format!("{prompt} {number}"))?
            } else {
                self.line(label, &Ask::new(format!("{prompt} {number} (empty: no more)")))?
            };
            match text {
                None => return Ok(None),
                Some(text) if text.is_empty() => return Ok(Some(all)),
                Some(text) => all.push(text),
            }
        }
    }

    fn choose(&mut self, prompt: &str, items: Vec<String>) -> Result<Option<usize>> {
        self.draw(items.len().min(12) + 2)?;
        self.terminal.choose(&Menu::new(prompt, items)).map_err(AppError::Terminal)
    }
}

impl App {
    /// Asks for the front matter of a new deck; `None` when the author backs out. What `known` holds is proposed.
    ///
    /// # Errors
    /// Fails when the terminal does.
    pub fn ask_head(
        &self,
        terminal: &mut dyn Terminal,
        path: &Path,
        known: &HeadWanted,
    ) -> Result<Option<HeadWanted>> {
        let mut form = Form {
            terminal,
            view: FormView {
                title: "new deck".into(),
                place: path.display().to_string(),
                ..FormView::default()
            },
        };
        let ask = Ask { prompt: "name".to_owned(), initial: known.name.clone(), may_be_empty: false };
        let Some(name) = form.line("name", &ask)? else { return Ok(None) };
        let ask = Ask {
            initial: known.source.clone().unwrap_or_default(),
            ..Ask::new("the work that the cards rest on (may be empty)")
        };
        let Some(source) = form.line("source", &ask)? else { return Ok(None) };
        let ask = Ask { initial: known.tags.join(", "), ..Ask::new("tags, with commas (may be empty)") };
        let Some(tags) = form.line("tags", &ask)? else { return Ok(None) };
        let mut levels = vec!["none: a deck of my own".to_owned()];
        levels.extend(Level::ALL.map(|level| level.name().to_owned()));
        let Some(level) = form.choose("level", levels)? else { return Ok(None) };
        let level = level.checked_sub(1).and_then(|index| Level::ALL.get(index).copied());
        let mut area = known.area;
        if let Some(level) = level {
            form.view.facts.push(("level".to_owned(), level.name().to_owned()));
            let areas = Area::ALL.map(|area| area.name().to_owned()).to_vec();
            let Some(index) = form.choose("area", areas)? else { return Ok(None) };
            area = Area::ALL.get(index).copied();
        }
        Ok(Some(HeadWanted {
            name,
            level,
            area,
            source: Some(source).filter(|source| !source.is_empty()),
            tags: listed(&tags),
            requires: known.requires.clone(),
        }))
    }

    /// Asks which of the learner's decks is meant; `None` when the author backs out.
    ///
    /// # Errors
    /// Fails when there is none, or the terminal does.
    pub fn ask_deck(&self, terminal: &mut dyn Terminal) -> Result<Option<std::path::PathBuf>> {
        let mut decks = self.own_decks()?;
        match decks.len() {
            0 => {
                return Err(AppError::Refused(
                    "there is no deck of your own yet: `retain new NAME` begins one".into(),
                ));
            }
            1 => return Ok(decks.pop()),
            _ => {}
        }
        let names = decks.iter().map(|path| shelf::slug(&path.to_string_lossy())).collect();
        let mut form = Form { terminal, view: FormView { title: "new card".into(), ..FormView::default() } };
        Ok(form.choose("deck", names)?.map(|index| decks.swap_remove(index)))
    }

    /// Asks for cards and adds them to a deck, one after the other, until the author has enough.
    ///
    /// # Errors
    /// Fails when the deck cannot be read or written, or the terminal does.
    pub fn ask_cards(
        &mut self,
        terminal: &mut dyn Terminal,
        path: &Path,
        wanted: &AddWanted,
    ) -> Result<Asked> {
        let mut asked = Asked::default();
        let mut kind = wanted.kind;
        loop {
            let place = path.display().to_string();
            let mut form = Form {
                terminal: &mut *terminal,
                view: FormView { title: "new card".into(), place, ..FormView::default() },
            };
            let chosen = match kind.take() {
                Some(kind) => Some(kind),
                None => {
                    let items = CardKindWanted::ALL.map(|kind| kind.words().to_owned()).to_vec();
                    form.choose("kind", items)?.and_then(|index| CardKindWanted::ALL.get(index).copied())
                }
            };
            let Some(chosen) = chosen else { return Ok(asked) };
            let block = match chosen {
                CardKindWanted::Editor => self.write_block(&mut form, TEMPLATE)?,
                kind => ask_block(&mut form, kind)?,
            };
            if let Some(block) = block
                && let Some(tried) = self.settle(&mut form, path, block)?
            {
                self.save_tried(&tried)?;
                asked.saved += tried.cards.len();
            }
            if wanted.kind.is_some() {
                let more = form.choose("saved; go on", vec!["done".to_owned(), "another card".to_owned()])?;
                if more != Some(1) {
                    return Ok(asked);
                }
            }
            kind = None;
        }
    }

    /// Shows a card as it will look, with what is wrong, until it is saved or discarded.
    fn settle(&mut self, form: &mut Form<'_>, path: &Path, mut block: String) -> Result<Option<Tried>> {
        loop {
            let tried = self.try_block(path, &block)?;
            let width = Page::new(form.terminal.size()).text_width();
            form.view.facts.clear();
            form.view.lines = looks(&tried, width);
            let sound = tried.is_sound();
            let mut items = vec!["change it in the editor".to_owned(), "discard it".to_owned()];
            if sound {
                items.insert(0, "save".to_owned());
            }
            let chosen =
                form.choose(if sound { "this card" } else { "this card cannot be saved so" }, items)?;
            form.view.lines.clear();
            match (chosen, sound) {
                (Some(0), true) => return Ok(Some(tried)),
                (Some(0), false) | (Some(1), true) => match self.write_block(form, &block)? {
                    Some(changed) => block = changed,
                    None => return Ok(None),
                },
                _ => return Ok(None),
            }
        }
    }

    /// Has a text written in the editor; `None` when nothing is left of it.
    fn write_block(&self, form: &mut Form<'_>, text: &str) -> Result<Option<String>> {
        let path = self.config.home.join(format!(".card-{}.md", std::process::id()));
        shelf::write_atomically(&path, text)?;
        let editor = self.config.editor.clone();
        let ended = form.terminal.edit_file(&editor, &path, 1);
        let written = std::fs::read_to_string(&path);
        let _ = std::fs::remove_file(&path);
        if !ended.map_err(AppError::Terminal)? {
            return Ok(None);
        }
        let written = written.map_err(|source| io_error(&path, source))?;
        let kept: Vec<&str> = written.lines().filter(|line| !line.starts_with(REMARK)).collect();
        let block = kept.join("\n").trim().to_owned();
        Ok((!block.is_empty()).then(|| format!("{block}\n")))
    }
}

fn io_error(path: &Path, source: io::Error) -> AppError {
    AppError::Shelf(shelf::ShelfError::Io { doing: "read", path: path.to_owned(), source })
}

/// Lines that begin so are left out of what is written in the editor.
const REMARK: &str = "%%";

/// What the editor opens with.
const TEMPLATE: &str = "\
Q: 
A: 
%% Lines that begin with %% are left out. Other answers, in place of `A:`:
%%   A:                         Order:                 Type: one | another
%%   - [x] a right option       1. first               Number: 0.2 ms ±5%
%%   - [ ] a wrong option       2. second
%%     why it is wrong
%% Or, in place of `Q:` and `A:`:
%%   C: A sentence with a [hidden part].
%%   T: a term
%%   D: its definition
%% Below the answer, as you like:
%%   Why: …   Source: …   Hint: …   Tags: one, two
";

fn listed(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

/// Asks for what a kind needs; `None` when the author backs out.
fn ask_block(form: &mut Form<'_>, kind: CardKindWanted) -> Result<Option<String>> {
    let mut block = String::new();
    macro_rules! ask {
        ($asked:expr) => {
            match $asked? {
                Some(answer) => answer,
                None => return Ok(None),
            }
        };
    }
    match kind {
        CardKindWanted::Recall => {
            section(&mut block, "Q:", &ask!(form.needed("question", "question")));
            section(&mut block, "A:", &ask!(form.needed("answer", "answer")));
        }
        CardKindWanted::Cloze => {
            section(
                &mut block,
                "C:",
                &ask!(form.needed("sentence", "sentence, with [hidden parts] in brackets")),
            );
        }
        CardKindWanted::Choice => {
            section(&mut block, "Q:", &ask!(form.needed("question", "question")));
            block.push_str("A:\n");
            for right in ask!(form.several("right", "right option", 1)) {
                block.push_str(&format!("- [x] {right}\n"));
            }
            for wrong in ask!(form.several("wrong", "wrong option", 1)) {
                block.push_str(&format!("- [ ] {wrong}\n"));
                let reason = ask!(form.optional("reason", "why is it wrong"));
                if !reason.is_empty() {
                    block.push_str(&format!("  {reason}\n"));
                }
            }
        }
        CardKindWanted::Order => {
            section(&mut block, "Q:", &ask!(form.needed("question", "question")));
            block.push_str("Order:\n");
            for (number, item) in (1..).zip(ask!(form.several("item", "item", 2))) {
                block.push_str(&format!("{number}. {item}\n"));
            }
        }
        CardKindWanted::Typed => {
            section(&mut block, "Q:", &ask!(form.needed("question", "question")));
            section(&mut block, "Type:", &ask!(form.needed("type", "spellings, with | between them")));
        }
        CardKindWanted::Number => {
            section(&mut block, "Q:", &ask!(form.needed("question", "question")));
            section(
                &mut block,
                "Number:",
                &ask!(form.needed("number", "number, as `5`, `0.63 ± 0.01` or `0.2 ms ±5%`")),
            );
        }
        CardKindWanted::Term => {
            section(&mut block, "T:", &ask!(form.needed("term", "term")));
            section(&mut block, "D:", &ask!(form.needed("definition", "definition")));
        }
        CardKindWanted::Problem => {
            let families = problem::families();
            let items =
                families.iter().map(|family| format!("{}: {}", family.name(), family.title())).collect();
            let index = ask!(form.choose("family", items));
            let family = families.get(index).map_or("", |family| family.name());
            form.view.facts.push(("family".to_owned(), family.to_owned()));
            section(&mut block, "Problem:", family);
        }
        CardKindWanted::Editor => {}
    }
    if kind != CardKindWanted::Problem {
        section(&mut block, "Why:", &ask!(form.optional("why", "why it holds")));
        section(&mut block, "Source:", &ask!(form.optional("source", "where it is written")));
    }
    Ok(Some(block))
}

/// Draws the cards as they will look, and below them what is wrong.
fn looks(tried: &Tried, width: usize) -> Vec<Line> {
    let mut all = Vec::new();
    for (number, loaded) in tried.cards.iter().enumerate() {
        let Some([front, back]) = face::faces(loaded, Seed(number as u64)) else { continue };
        all.extend(lines(&front, width));
        if loaded.card.kind.name() != "recall" {
            all.push(Line::new());
            all.push(Line::styled("╌".repeat(width.min(12)), Style::Dim));
        }
        all.extend(lines(&back, width));
    }
    let drawing = Drawing::new(&tried.source);
    for fault in &tried.diagnostics {
        all.push(Line::new());
        all.extend(drawing.text(fault, false, width).lines().map(Line::plain));
    }
    all
}
