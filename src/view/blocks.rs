//! Markdown as a tree of blocks of styled runs: what `markdown.rs` draws and tells.
//! Not for widths; not a second Markdown parser: pulldown-cmark reads, this arranges.

use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::frame::{Run, Style};
use super::maths;
use super::table::{Align, Cell, Table};
use crate::source::Span;

/// A block of text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Block {
    Paragraph {
        runs: Vec<Run>,
        /// Text of an item of a tight list.
        tight: bool,
    },
    Heading(Vec<Run>),
    Quote(Vec<Self>),
    List {
        /// The first number of a numbered list.
        start: Option<u64>,
        tight: bool,
        items: Vec<Item>,
    },
    Code {
        info: String,
        text: String,
    },
    Maths(String),
    Table(Table),
    Rule,
}

/// An item of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Item {
    /// Whether its box is ticked, in a task list.
    pub task: Option<bool>,
    pub blocks: Vec<Block>,
}

/// A text read.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub blocks: Vec<Block>,
    /// Targets of links and pictures, in order.
    pub links: Vec<String>,
}

/// Lists and quotes nested deeper than this are read as if they were not nested.
const DEEPEST: usize = 16;

/// A formula up to this many characters is never broken over two lines.
const WHOLE_FORMULA: usize = 16;

/// Private-use characters that stand for a gap and the ends of a revealed part while Markdown is read.
const GAP: char = '\u{e000}';
const OPEN: char = '\u{e001}';
const CLOSE: char = '\u{e002}';

/// Reads Markdown; the first link has the number `first_link`.
pub(super) fn parse(markdown: &str, first_link: usize) -> Document {
    parse_marked(&without_marks(markdown), first_link)
}

fn without_marks(text: &str) -> String {
    text.replace([GAP, OPEN, CLOSE], "\u{fffd}")
}

/// Returns a cloze sentence with its gap, or its revealed part, marked for [`parse_marked`].
pub(super) fn mark(text: &str, hidden: Span, revealed: bool) -> String {
    let part = |from: usize, to: usize| without_marks(text.get(from..to).unwrap_or_default());
    let (before, after) = (part(0, hidden.start), part(hidden.end, text.len()));
    if revealed {
        format!("{before}{OPEN}{}{CLOSE}{after}", part(hidden.start, hidden.end))
    } else {
        format!("{before}{GAP}{after}")
    }
}

/// Reads Markdown that may hold the marks of [`mark`].
pub(super) fn parse_marked(markdown: &str, first_link: usize) -> Document {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH;
    let mut builder = Builder { next_link: first_link, ..Builder::default() };
    for event in Parser::new_ext(markdown, options) {
        builder.event(event);
    }
    builder.finish()
}

/// Turns the marks of a cloze into what is shown, across the runs of a text.
#[derive(Debug, Default)]
pub(super) struct Reveal {
    inside: bool,
}

impl Reveal {
    pub(super) fn apply(&mut self, runs: Vec<Run>) -> Vec<Run> {
        if !self.inside && !runs.iter().any(|run| run.text.contains([GAP, OPEN, CLOSE])) {
            return runs;
        }
        let mut shown = Vec::new();
        for run in runs {
            let mut text = String::new();
            let style = |inside: bool| if inside { Style::Reveal } else { run.style };
            for c in run.text.chars() {
                let (sign, inside) = match c {
                    GAP => ("[…]", self.inside),
                    OPEN => ("⟦", true),
                    CLOSE => ("⟧", false),
                    c => {
                        text.push(c);
                        continue;
                    }
                };
                shown.push(Run { text: std::mem::take(&mut text), style: style(self.inside) });
                shown.push(Run { text: sign.to_owned(), style: Style::Reveal });
                self.inside = inside;
            }
            shown.push(Run { text, style: style(self.inside) });
        }
        shown.retain(|run| !run.text.is_empty());
        shown
    }
}

/// A container not yet closed.
#[derive(Debug)]
enum Open {
    Quote(Vec<Block>),
    List { start: Option<u64>, tight: bool, items: Vec<Item> },
    Item(Item),
}

#[derive(Debug, Default)]
struct Builder {
    open: Vec<Open>,
    /// Containers beyond [`DEEPEST`], which are not opened.
    beyond: usize,
    done: Vec<Block>,
    inline: Vec<Run>,
    styles: Vec<Style>,
    reveal: Reveal,
    code: Option<(String, String)>,
    table: Option<Table>,
    row: Vec<Cell>,
    links: Vec<String>,
    next_link: usize,
    /// Numbers of the links and pictures not yet closed.
    numbers: Vec<usize>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.push(&text, self.style()),
            },
            Event::Code(text) => self.push(&text, Style::Code),
            Event::InlineMath(tex) => {
                let mut text = maths::unicode(&tex).replace('\n', "; ");
                // `f = 2` is read at one glance; a long formula may break.
                if text.chars().count() <= WHOLE_FORMULA {
                    text = text.replace(' ', "\u{a0}");
                }
                self.push(&text, Style::Code);
            }
            Event::DisplayMath(tex) => {
                let text = maths::unicode(&tex);
                if self.table.is_some() {
                    self.push(&text, Style::Code);
                } else {
                    self.flush(true);
                    let runs = self.reveal.apply(vec![Run { text, style: Style::Code }]);
                    let text: String = runs.into_iter().map(|run| run.text).collect();
                    if !text.is_empty() {
                        self.add(Block::Maths(text));
                    }
                }
            }
            Event::SoftBreak => self.push(" ", self.style()),
            Event::HardBreak => self.push("\n", Style::Plain),
            Event::InlineHtml(html) => self.inline_html(&html),
            Event::Html(html) => {
                if !html.trim_start().starts_with("<!--") {
                    self.push(html.trim_end(), Style::Plain);
                    self.push("\n", Style::Plain);
                }
            }
            Event::Rule => {
                self.flush(false);
                self.add(Block::Rule);
            }
            Event::TaskListMarker(ticked) => {
                if let Some(Open::Item(item)) = self.open.last_mut() {
                    item.task = Some(ticked);
                }
            }
            Event::FootnoteReference(name) => self.push(&format!("[{name}]"), Style::Dim),
        }
    }

    fn style(&self) -> Style {
        self.styles.last().copied().unwrap_or_default()
    }

    fn push(&mut self, text: &str, style: Style) {
        self.inline.push(Run { text: text.to_owned(), style });
    }

    /// A break, a comment, or a type parameter that someone forgot to put in code.
    fn inline_html(&mut self, html: &str) {
        let tag = html.to_ascii_lowercase();
        if tag.starts_with("<br") {
            self.push("\n", Style::Plain);
        } else if !tag.starts_with("<!--") {
            self.push(html, self.style());
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::HtmlBlock => self.flush(true),
            Tag::BlockQuote(_) => self.enter(Open::Quote(Vec::new())),
            Tag::List(start) => self.enter(Open::List { start, tight: true, items: Vec::new() }),
            Tag::Item => self.enter(Open::Item(Item::default())),
            Tag::CodeBlock(kind) => {
                self.flush(true);
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((info, String::new()));
            }
            Tag::Table(align) => {
                self.flush(true);
                let align = align.into_iter().map(|align| match align {
                    Alignment::Center => Align::Centre,
                    Alignment::Right => Align::Right,
                    Alignment::Left | Alignment::None => Align::Left,
                });
                self.table = Some(Table { align: align.collect(), ..Table::default() });
            }
            Tag::Emphasis => {
                let style = if self.style() == Style::Strong { Style::Strong } else { Style::Emphasis };
                self.styles.push(style);
            }
            Tag::Strong => self.styles.push(Style::Strong),
            Tag::Strikethrough => {
                self.styles.push(Style::Dim);
                self.push("~", Style::Dim);
            }
            Tag::Link { dest_url, .. } => {
                self.link(&dest_url);
                self.styles.push(Style::Link);
            }
            Tag::Image { dest_url, .. } => {
                self.link(&dest_url);
                self.styles.push(Style::Dim);
                self.push("[image: ", Style::Dim);
            }
            _ => {}
        }
    }

    fn link(&mut self, target: &str) {
        self.numbers.push(self.next_link);
        self.next_link += 1;
        self.links.push(target.to_owned());
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => {
                if let Some(Open::List { tight, .. }) = self.open.iter_mut().rev().nth(1)
                    && self.beyond == 0
                {
                    *tight = false;
                }
                self.flush(false);
            }
            TagEnd::HtmlBlock => self.flush(false),
            TagEnd::Heading(_) => {
                let runs = self.take_inline();
                let heading = |run: Run| match run.style {
                    Style::Code | Style::Reveal => run,
                    _ => Run { text: run.text, style: Style::Heading },
                };
                if !runs.is_empty() {
                    self.add(Block::Heading(runs.into_iter().map(heading).collect()));
                }
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => self.leave(),
            TagEnd::CodeBlock => {
                if let Some((info, text)) = self.code.take() {
                    self.add(Block::Code { info, text });
                }
            }
            TagEnd::TableCell => {
                let cell = self.take_inline();
                self.row.push(cell);
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                let row = std::mem::take(&mut self.row);
                if let Some(table) = &mut self.table {
                    if tag == TagEnd::TableHead {
                        table.head = row;
                    } else {
                        table.rows.push(row);
                    }
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.add(Block::Table(table));
                }
            }
            TagEnd::Emphasis | TagEnd::Strong => {
                self.styles.pop();
            }
            TagEnd::Strikethrough => {
                self.push("~", Style::Dim);
                self.styles.pop();
            }
            TagEnd::Link | TagEnd::Image => {
                self.styles.pop();
                if tag == TagEnd::Image {
                    self.push("]", Style::Dim);
                }
                if let Some(number) = self.numbers.pop() {
                    self.push(&format!(" [{number}]"), Style::Dim);
                }
            }
            _ => {}
        }
    }

    fn enter(&mut self, container: Open) {
        self.flush(true);
        if self.beyond > 0 || self.open.len() >= DEEPEST {
            self.beyond += 1;
        } else {
            self.open.push(container);
        }
    }

    fn leave(&mut self) {
        self.flush(true);
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        match self.open.pop() {
            Some(Open::Quote(blocks)) => self.add(Block::Quote(blocks)),
            Some(Open::List { start, tight, items }) if !items.is_empty() => {
                self.add(Block::List { start, tight, items });
            }
            Some(Open::Item(item)) => match self.open.last_mut() {
                Some(Open::List { items, .. }) => items.push(item),
                _ => item.blocks.into_iter().for_each(|block| self.add(block)),
            },
            Some(Open::List { .. }) | None => {}
        }
    }

    fn take_inline(&mut self) -> Vec<Run> {
        let mut runs = self.reveal.apply(std::mem::take(&mut self.inline));
        // Breaks at the ends of a paragraph show nothing.
        while runs.last().is_some_and(|run| run.text.trim().is_empty()) {
            runs.pop();
        }
        if let Some(last) = runs.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
        runs
    }

    fn flush(&mut self, tight: bool) {
        let runs = self.take_inline();
        if !runs.is_empty() {
            self.add(Block::Paragraph { runs, tight });
        }
    }

    fn add(&mut self, block: Block) {
        match self.open.last_mut() {
            Some(Open::Quote(blocks) | Open::Item(Item { blocks, .. })) => blocks.push(block),
            Some(Open::List { items, .. }) => items.push(Item { task: None, blocks: vec![block] }),
            None => self.done.push(block),
        }
    }

    fn finish(mut self) -> Document {
        self.flush(false);
        while !self.open.is_empty() {
            self.beyond = 0;
            self.leave();
        }
        Document { blocks: self.done, links: self.links }
    }
}
