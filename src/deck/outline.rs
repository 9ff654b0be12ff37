//! The lexer: an explicit machine of states and lines that cuts a deck into blocks of tagged sections.
//! It knows where everything stands and which tag may follow which; not what a section says (`block.rs`).
//!
//! ```text
//! state      Q: C: T: Problem:   A: Order: Type: Number:  D:        Why: … Confuses:  ---       text        comment
//! Outside    open                fault                    fault     fault             stay      note        fault
//! Reading    open                after Q: once            after T:  once answered     Outside   joins       → Closed
//! Skipping   open                skip                     skip      → Reading         Outside   skip        kept
//! Closed     open                fault                    fault     → Reading         Outside   → Outside   kept
//! ```

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

use super::comment::{self, Allow, Comment, Id};
use super::faults;
use super::line::{Fence, Line, Tag, lines, trimmed};

/// A tag and the text that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// The tag.
    pub tag: Tag,
    /// The bytes of the tag itself, colon included.
    pub tag_span: Span,
    /// The bytes of its text, trimmed; empty where there is none.
    pub body: Span,
}

/// One block before its sections are read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) sections: Vec<Section>,
    pub(super) end: usize,
    pub(super) id: Option<Id>,
    pub(super) allows: Vec<Allow>,
    /// Lines within sections that are not their text: comments of ours.
    pub(super) holes: Vec<Span>,
    /// Whether a fault already reported makes the block unusable.
    pub(super) broken: bool,
    answered: bool,
    comment_ended: bool,
}

impl Draft {
    /// Returns the tag that opened the block.
    pub(super) fn opening(&self) -> Tag {
        self.sections.first().map_or(Tag::Question, |section| section.tag)
    }

    /// Tells whether a question or a term still lacks what belongs to it.
    pub(super) fn waits(&self) -> bool {
        !self.answered && matches!(self.opening(), Tag::Question | Tag::Term)
    }

    pub(super) fn span(&self) -> Span {
        Span::new(self.sections.first().map_or(0, |section| section.tag_span.start), self.end)
    }
}

/// What the machine is in the midst of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Between cards.
    Outside,
    /// In the last section of the current block.
    Reading,
    /// In text that a fault has made unreadable, up to the next card.
    Skipping,
    /// Behind a comment or a one-paragraph section that ended the card's text.
    Closed,
}

/// The machine.
pub(super) struct Outline<'a> {
    source: &'a str,
    strict: bool,
    state: State,
    draft: Option<Draft>,
    fence: Option<(Fence, Span)>,
    /// Fences known to have no closer anywhere below, so that no text is scanned to its end twice for one kind of them.
    never_closed: Vec<Fence>,
    after_blank: bool,
    /// A question cut off by `---` was just reported; its stray answer is not a second fault.
    cut_off: bool,
    in_note: bool,
    pub(super) allows: Vec<Allow>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Outline<'a> {
    pub(super) fn new(source: &'a str, strict: bool) -> Self {
        Self {
            source,
            strict,
            state: State::Outside,
            draft: None,
            fence: None,
            never_closed: Vec::new(),
            after_blank: true,
            cut_off: false,
            in_note: false,
            allows: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// Cuts the text from byte `at` on, and hands each block over as soon as it ends.
    pub(super) fn run(&mut self, at: usize, mut take: impl FnMut(Draft, &mut Vec<Diagnostic>)) {
        let mut at = at;
        loop {
            while let Some(line) = Line::at(self.source, at) {
                at = line.next;
                if let Some(draft) = self.step(&line) {
                    take(draft, &mut self.diagnostics);
                }
            }
            match self.fence.take() {
                // The fence swallowed the rest of the file. Its block is broken, but what follows it is not:
                // read on behind the fence's own line, as if it had been text.
                Some((fence, opening)) => {
                    self.never_closed.push(fence);
                    self.unclosed(opening);
                    at = Line::at(self.source, opening.start).map_or(at, |line| line.next);
                    if let Some(draft) = &mut self.draft {
                        draft.end = draft.end.min(opening.end);
                    }
                }
                None => break,
            }
        }
        if self.state == State::Outside {
            return;
        }
        let end = self.source.len();
        if let Some(draft) = self.finish(None, Span::new(end, end)) {
            take(draft, &mut self.diagnostics);
        }
    }

    fn step(&mut self, line: &Line<'a>) -> Option<Draft> {
        if let Some((fence, _)) = self.fence {
            if fence.is_closed_by(line.text) {
                self.fence = None;
            }
            self.extend(line);
            return None;
        }
        let first = line.text.as_bytes().first().copied();
        let mut text = line.text;
        let finished;
        if first.is_none() || line.is_blank() {
            self.after_blank = true;
            self.in_note = false;
            return None;
        }
        if let Some(tag) = Tag::of_line(text) {
            finished = self.tag(tag, line);
            text = &text[tag.text().len()..];
            if let Some(fault) = faults::id_beside(self.source, text, line) {
                self.fault(fault);
            }
        } else if first == Some(b'-') && text.trim_end() == "---" {
            finished = self.separator(line);
        } else if first == Some(b'<')
            && text.starts_with("<!--")
            && let Some(comment) = comment::read(self.source, line)
        {
            finished = self.comment(comment, line);
        } else {
            finished = self.text(line);
        }
        self.after_blank = false;
        self.open_fence(text, line);
        finished
    }

    fn open_fence(&mut self, text: &str, line: &Line<'a>) {
        if let Some(fence) = Fence::opened_by(text) {
            if self.never_closed.iter().any(|&known| known.dooms(fence)) {
                self.unclosed(line.span);
            } else {
                self.fence = Some((fence, line.span));
            }
        }
    }

    fn unclosed(&mut self, opening: Span) {
        let at = trimmed(self.source, opening);
        self.fault(
            Diagnostic::new("unclosed-fence", Severity::Error, at, "code fence is never closed")
                .label("opened here")
                .help("close it with a line of the same marks"),
        );
        if let Some(draft) = &mut self.draft {
            draft.broken = true;
            self.state = State::Skipping;
        }
    }

    fn fault(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Lets the line belong to the section that is being read.
    fn extend(&mut self, line: &Line<'a>) {
        if let Some(draft) = &mut self.draft
            && !line.is_blank()
        {
            draft.end = line.span.end;
            if self.state == State::Reading
                && let Some(section) = draft.sections.last_mut()
            {
                section.body.end = line.span.end;
            }
        }
    }

    fn tag(&mut self, tag: Tag, line: &Line<'a>) -> Option<Draft> {
        let tag_span = Span::new(line.span.start, line.span.start + tag.text().len());
        let section = Section { tag, tag_span, body: Span::new(tag_span.end, line.span.end) };
        self.in_note = false;
        if tag.opens() {
            let finished = self.finish(Some(tag), tag_span);
            // A question, its answer, and four of the tags that may follow.
            let mut sections = Vec::with_capacity(6);
            sections.push(section);
            self.draft = Some(Draft { sections, end: line.span.end, ..Draft::default() });
            self.state = State::Reading;
            return finished;
        }
        let Some(draft) = &mut self.draft else {
            if !(self.cut_off && tag.answers()) {
                let fault = faults::outside(tag, tag_span);
                self.fault(fault);
            }
            return None;
        };
        draft.end = line.span.end;
        if draft.broken && tag.answers() {
            self.state = State::Skipping;
            return None;
        }
        let opening = draft.opening();
        let legal = if tag.answers() {
            !draft.answered
                && match opening {
                    Tag::Question => tag != Tag::Definition,
                    Tag::Term => tag == Tag::Definition,
                    _ => false,
                }
        } else {
            let ready = draft.answered || draft.broken || matches!(opening, Tag::Cloze | Tag::Problem);
            ready && !draft.sections.iter().any(|section| section.tag == tag)
        };
        if legal {
            draft.answered |= tag.answers();
            draft.sections.push(section);
            self.state = State::Reading;
            return None;
        }
        let fault = faults::misplaced(self.source, tag, tag_span, &draft.sections);
        draft.broken = true;
        self.state = State::Skipping;
        self.fault(fault);
        None
    }

    fn separator(&mut self, line: &Line<'a>) -> Option<Draft> {
        let finished = self.finish_at_separator(line.span);
        self.in_note = false;
        finished
    }

    fn finish_at_separator(&mut self, at: Span) -> Option<Draft> {
        let finished = self.finish(None, trimmed(self.source, at));
        self.cut_off = finished.as_ref().is_some_and(|draft| draft.broken && !draft.answered);
        finished
    }

    /// Ends the current block: before a card that opens with `next`, at `---`, at notes, or at the end of the file.
    fn finish(&mut self, next: Option<Tag>, at: Span) -> Option<Draft> {
        self.state = State::Outside;
        self.cut_off = false;
        let mut draft = self.draft.take()?;
        if draft.waits() && !draft.broken {
            let fault = faults::unanswered(self.source, &draft, next, at);
            self.fault(fault);
            draft.broken = true;
        }
        for section in &mut draft.sections {
            section.body = trimmed(self.source, section.body);
        }
        Some(draft)
    }

    fn text(&mut self, line: &Line<'a>) -> Option<Draft> {
        match self.state {
            State::Outside => {
                self.note(line);
                None
            }
            State::Skipping => {
                self.extend(line);
                None
            }
            State::Reading => {
                let draft = self.draft.as_ref();
                let last = draft.and_then(|draft| draft.sections.last()).map(|section| section.tag);
                if self.after_blank && last.is_some_and(Tag::is_one_paragraph) {
                    let finished = self.finish(None, line.span);
                    self.note(line);
                    return finished;
                }
                self.lookalike(line);
                self.extend(line);
                None
            }
            State::Closed => {
                if !self.after_blank {
                    let at = trimmed(self.source, line.span);
                    self.fault(
                        Diagnostic::new(
                            "text-after-comment",
                            Severity::Warning,
                            at,
                            "text right after the comment that ends a card is not part of the card",
                        )
                        .help("move the comment to the end of the card, or leave a blank line before notes"),
                    );
                }
                let finished = self.finish(None, line.span);
                self.in_note = !self.after_blank;
                self.note(line);
                finished
            }
        }
    }

    /// Warns of a line that was likely meant as a tag, and of an id that shares its line with text.
    fn lookalike(&mut self, line: &Line<'a>) {
        let fault = match line.text.as_bytes() {
            [b'#', ..] if self.after_blank => faults::heading(line),
            // The first such line tells: asking at each would read a long card over and over.
            [b'-', b'-', b'>', ..] => self.draft.as_mut().and_then(|draft| {
                let first = !std::mem::replace(&mut draft.comment_ended, true);
                let opened = || self.source[draft.span().start..line.span.start].contains("<!--");
                (first && !opened()).then(|| faults::comment_around(trimmed(self.source, line.span)))
            }),
            _ => faults::lookalike(self.source, line, self.draft.as_ref()),
        };
        if let Some(fault) = fault {
            self.fault(fault);
        }
    }

    fn note(&mut self, line: &Line<'a>) {
        if let Some(fault) = faults::lookalike_in_notes(line) {
            self.fault(fault);
        }
        if self.strict && !self.in_note && !line.text.starts_with("<!--") {
            let at = trimmed(self.source, line.span);
            self.fault(
                Diagnostic::new(
                    "stray-text",
                    Severity::Error,
                    at,
                    "text between cards in a deck that is `strict`",
                )
                .label("belongs to no card")
                .help(
                    "begin it with a tag, as `Q:` or `C:`, or take `strict = true` out of the front matter",
                ),
            );
            self.in_note = true;
        }
    }

    fn comment(&mut self, comment: Comment, line: &Line<'a>) -> Option<Draft> {
        let Some(draft) = &mut self.draft else {
            match comment {
                Comment::Id(id) => self.fault(faults::stray_id(&id)),
                Comment::Allow(allow) => self.allows.push(allow),
                Comment::Faulty(fault, _) => self.fault(*fault),
            }
            return None;
        };
        draft.end = trimmed(self.source, line.span).end;
        draft.holes.push(Span::new(line.span.start, line.next));
        let mut fault = None;
        match comment {
            Comment::Id(id) => match &draft.id {
                None => draft.id = Some(id),
                Some(first) => {
                    fault = Some(faults::second_id(first, &id));
                    draft.broken = true;
                }
            },
            Comment::Allow(allow) => draft.allows.push(allow),
            Comment::Faulty(diagnostic, breaks) => {
                fault = Some(*diagnostic);
                draft.broken |= breaks;
            }
        }
        if self.state == State::Reading && !draft.waits() {
            self.state = State::Closed;
        }
        if let Some(fault) = fault {
            self.fault(fault);
        }
        None
    }
}

/// Returns the lines of a body that are not holes, as offsets and texts.
pub(super) fn body_lines<'a>(
    source: &'a str,
    body: Span,
    holes: &'a [Span],
) -> impl Iterator<Item = Line<'a>> {
    let text = source.get(..body.end).unwrap_or_default();
    // Holes are in order.
    lines(text, body.start)
        .filter(|line| holes.binary_search_by_key(&line.span.start, |hole| hole.start).is_err())
}

/// Returns the text of a body as the author meant it: without holes, with plain line feeds, trimmed.
pub(super) fn body_text(source: &str, body: Span, holes: &[Span]) -> String {
    let slice = source.get(body.start..body.end).unwrap_or_default();
    let within = holes.iter().any(|hole| hole.start >= body.start && hole.start < body.end);
    if !within && !slice.contains('\r') {
        return slice.to_owned();
    }
    let mut text = String::with_capacity(slice.len());
    for line in body_lines(source, body, holes) {
        text.push_str(line.text);
        text.push('\n');
    }
    text.trim().to_owned()
}
