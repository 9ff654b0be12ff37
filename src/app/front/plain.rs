//! Line mode: one thing said a line, one line read. For screen readers, pipes, and terminals that can do no more.
//! Nothing is drawn and nothing rests on colour or position. `docs/plain-mode.md` describes it for learners.

use std::io::{self, BufRead, IsTerminal as _, Write};
use std::path::Path;

use super::{Action, Front, Scene, history_view, interval_text, notice_text, right_answer, without_fences};
use crate::card::{CardUid, Form, Given};
use crate::review::{Grade, LogEntry, Purpose};
use crate::session::{Current, Event, Record, Session};
use crate::term::Plain;
use crate::view::frame::{Frame, Size};
use crate::view::{history, markdown, words};

/// What was last said, so that nothing is said twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    Question(CardUid),
    Answer(CardUid),
    End,
}

/// The line mode.
pub struct PlainFront<R, W> {
    plain: Plain<R, W>,
    said: Said,
}

impl<R: BufRead, W: Write> PlainFront<R, W> {
    /// Builds the line mode over a reader and a writer.
    pub fn new(input: R, output: W) -> Self {
        Self { plain: Plain::new(input, output), said: Said::Nothing }
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        self.plain.say(text)
    }

    fn question(&mut self, scene: &Scene<'_>, current: &Current) -> io::Result<()> {
        let (main, learning) = scene.session.left();
        let loaded = &current.loaded;
        let level = if loaded.level.is_empty() { String::new() } else { format!(", {}", loaded.level) };
        self.say(&format!("\n{}{level}. {} left.", loaded.deck, main + learning + 1))?;
        let question = &current.question;
        match question.drawn.as_ref().filter(|drawn| !drawn.spoken.is_empty()) {
            // A picture is told, not read out sign by sign.
            Some(drawn) => {
                self.say(&markdown::speak(&without_fences(&question.prompt, "")))?;
                self.say(&drawn.spoken)?;
            }
            None if !question.prompt.is_empty() => self.say(&markdown::speak(&question.prompt))?,
            None => {}
        }
        for line in ask_words(&question.form, scene.session.rules().type_cloze) {
            self.say(&line)?;
        }
        Ok(())
    }

    fn answer(&mut self, scene: &Scene<'_>, current: &Current) -> io::Result<()> {
        let Some(answered) = &current.answered else { return Ok(()) };
        if let Some(judgement) = &answered.judgement {
            // Its sign is for eyes.
            let verdict = words::verdict(judgement.verdict);
            self.say(verdict.trim_start_matches(|c: char| !c.is_alphanumeric()))?;
            if let Some(near) = &judgement.near {
                self.say(&format!("nearly: it is spelt {near}"))?;
            }
            if let Some(mistake) = &judgement.mistake {
                self.say(mistake)?;
            }
        }
        let question = &current.question;
        self.say(&format!("answer: {}", markdown::speak(&right_answer(&question.form))))?;
        if let Form::Choice { options, .. } = &question.form {
            for (number, option) in (1..).zip(options) {
                if let Some(reason) = &option.reason {
                    self.say(&format!("{number}: {}", markdown::speak(reason)))?;
                }
            }
        }
        if let Some(why) = &question.why {
            self.say(&format!("why: {}", markdown::speak(why)))?;
        }
        if !current.loaded.source.is_empty() {
            self.say(&format!("source: {}", current.loaded.source))?;
        }
        if scene.session.rules().purpose != Purpose::Review {
            return match answered.proposed {
                Some(_) => self.say("press enter to go on"),
                None => self.say("type 3 if you knew it, 1 if you did not"),
            };
        }
        let grades: Vec<String> = Grade::ALL
            .iter()
            .map(|&grade| {
                format!("{} {} {}", grade.number(), grade, interval_text(answered.next.get(grade), &scene.at))
            })
            .collect();
        let proposed = answered.proposed.map_or_else(String::new, |grade| format!("; enter for {grade}"));
        self.say(&format!("grade: {}{proposed}", grades.join(", ")))
    }

    fn end(&mut self, scene: &Scene<'_>) -> io::Result<()> {
        let tally = scene.session.tally();
        self.say(&format!("\n{}", end_text(scene.session)))?;
        if let Some(share) = tally.share_right() {
            self.say(&format!("{:.0} % right, {}", share * 100.0, words::duration(tally.took_ms)))?;
        }
        if let Some(next) = scene.standing.next_learning {
            self.say(&format!(
                "the next card comes back in {}",
                words::interval(next.ms_since(scene.at.now).max(0))
            ))?;
        }
        if scene.session.rules().purpose == Purpose::Review {
            self.say(&format!("due tomorrow so far: {}", scene.standing.due_tomorrow))?;
        }
        Ok(())
    }
}

/// How many cards were done, in words.
fn end_text(session: &Session) -> String {
    let tally = session.tally();
    match (tally.cards(), session.rules().purpose) {
        (0, Purpose::Review) => "nothing is due now".into(),
        (0, _) => "nothing was asked".into(),
        (cards, _) => format!("done: {}", words::plural(cards as usize, "card")),
    }
}

const HELP: &str = "an empty line shows the answer, or gives the proposed grade\n\
     a line answers a card that the machine checks; a leading = makes a single letter an answer\n\
     1 again, 2 hard, 3 good, 4 easy\n\
     u undo, e edit, b bury, s suspend, f flag with a note after it, h hint, w why and source, i history, \
     o links, r repeat, q quit";

impl<R: BufRead, W: Write> Front for PlainFront<R, W> {
    fn next(&mut self, scene: &Scene<'_>) -> io::Result<Action> {
        if let Some(notice) = scene.notice {
            self.say(&notice_text(notice))?;
            self.said = Said::Nothing;
        }
        let Some(current) = scene.session.current() else {
            if self.said != Said::End {
                self.end(scene)?;
                self.said = Said::End;
            }
            return Ok(Action::Leave);
        };
        let card = current.queued.card;
        let now = if current.answered.is_some() { Said::Answer(card) } else { Said::Question(card) };
        if self.said != now {
            match now {
                Said::Answer(_) => self.answer(scene, current)?,
                _ => self.question(scene, current)?,
            }
            self.said = now;
        }
        loop {
            let Some(line) = self.plain.line()? else { return Ok(Action::Leave) };
            let line = line.trim();
            if let Some(action) = self.meaning(line, current, scene)? {
                return Ok(action);
            }
        }
    }

    fn saved(&mut self, _: &Record) -> io::Result<()> {
        self.said = Said::Nothing;
        Ok(())
    }

    fn retracted(&mut self, _: CardUid) -> io::Result<()> {
        self.said = Said::Nothing;
        Ok(())
    }

    fn history(&mut self, scene: &Scene<'_>, entries: &[LogEntry]) -> io::Result<()> {
        let Some(view) = history_view(scene, entries) else { return Ok(()) };
        // Its keys mean nothing where lines are read.
        let frame = Frame { foot: Vec::new(), ..history::screen(&view, Size::new(80, 24), 0) };
        self.plain.show(&frame)
    }

    fn edit(&mut self, editor: &str, path: &Path, line: usize) -> io::Result<bool> {
        self.said = Said::Nothing;
        if io::stdin().is_terminal() {
            return crate::term::programs::edit_file(editor, path, line);
        }
        self.say(&format!("edit {} at line {line}, then type r", path.display()))?;
        Ok(true)
    }
}

impl<R: BufRead, W: Write> PlainFront<R, W> {
    /// What a line means; `None` after something was said and another line is wanted.
    fn meaning(&mut self, line: &str, current: &Current, scene: &Scene<'_>) -> io::Result<Option<Action>> {
        let event = |event| Ok(Some(Action::Event(event)));
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "u" if rest.is_empty() => return event(Event::Undo),
            "e" if rest.is_empty() => return Ok(Some(Action::Edit)),
            "b" if rest.is_empty() => return event(Event::Bury),
            "s" if rest.is_empty() => return event(Event::Suspend),
            "f" => {
                let flagged = current.record.flag.is_some() && rest.is_empty();
                return event(Event::Flag((!flagged).then(|| rest.to_owned())));
            }
            "i" if rest.is_empty() => return Ok(Some(Action::History)),
            "q" if rest.is_empty() => return event(Event::Quit),
            "h" if rest.is_empty() => {
                match &current.question.hint {
                    Some(hint) => self.say(&format!("hint: {}", markdown::speak(hint)))?,
                    None => self.say("there is no hint")?,
                }
                return Ok(None);
            }
            "w" if rest.is_empty() => {
                if current.answered.is_none() {
                    self.say("first answer, then ask why")?;
                } else {
                    let why = current.question.why.as_deref().unwrap_or("there is no why");
                    self.say(&markdown::speak(why))?;
                    self.say(&current.loaded.source)?;
                }
                return Ok(None);
            }
            "o" if rest.is_empty() => {
                let mut links = markdown::links(&current.question.prompt);
                links.extend(current.question.why.iter().flat_map(|why| markdown::links(why)));
                let text = if links.is_empty() { "there is no link".to_owned() } else { links.join("\n") };
                self.say(&text)?;
                return Ok(None);
            }
            "r" if rest.is_empty() => {
                self.said = Said::Nothing;
                return if current.answered.is_some() {
                    self.answer(scene, current).map(|()| None)
                } else {
                    self.question(scene, current).map(|()| None)
                };
            }
            "?" => {
                self.say(HELP)?;
                return Ok(None);
            }
            _ => {}
        }
        match &current.answered {
            Some(answered) => {
                let practice = scene.session.rules().purpose != Purpose::Review;
                let grade = match (line, answered.proposed) {
                    ("", Some(proposed)) => Some(proposed),
                    ("", None) => None,
                    (_, Some(proposed)) if practice => Some(proposed),
                    (text, _) => {
                        text.parse().ok().and_then(Grade::from_number).or_else(|| Grade::from_name(text))
                    }
                };
                match grade {
                    Some(grade) => event(Event::Grade(grade)),
                    None => {
                        self.say("type 1, 2, 3 or 4; ? lists all commands")?;
                        Ok(None)
                    }
                }
            }
            None if line.is_empty() => event(Event::Reveal),
            None => match read_answer(line, &current.question.form, scene.session.rules().type_cloze) {
                Ok(given) => event(Event::Answer(given)),
                Err(complaint) => {
                    self.say(&complaint)?;
                    Ok(None)
                }
            },
        }
    }
}

/// The options or items of a question, and how to answer it, a line each.
pub(super) fn ask_words(form: &Form, type_cloze: bool) -> Vec<String> {
    let numbered = |texts: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        (1..)
            .zip(texts)
            .map(|(number, text): (usize, _)| format!("{number}. {}", markdown::speak(text)))
            .collect()
    };
    let (mut lines, how) = match form {
        Form::Recall { .. } => (Vec::new(), "press enter for the answer"),
        Form::Cloze { text, hidden } => {
            let how = if type_cloze {
                "type what is missing, or press enter for the answer"
            } else {
                "press enter for the answer"
            };
            (vec![markdown::speak_cloze(text, *hidden, false)], how)
        }
        Form::Choice { options, several } => {
            let how = if *several {
                "type the numbers of all that are right, as 1 3"
            } else {
                "type the number of the one that is right"
            };
            (numbered(&mut options.iter().map(|option| option.text.as_str())), how)
        }
        Form::Order { items, .. } => {
            (numbered(&mut items.iter().map(String::as_str)), "type the numbers in the right order, as 2 1 3")
        }
        Form::Typed { .. } => (Vec::new(), "type the answer"),
        Form::Number { .. } => (Vec::new(), "type the number"),
    };
    lines.push(how.to_owned());
    lines
}

/// Reads an answer from a line: numbers for options and items, text for the rest.
pub(super) fn read_answer(line: &str, form: &Form, type_cloze: bool) -> Result<Given, String> {
    let numbers = |count: usize| -> Result<Vec<usize>, String> {
        let parts = line.trim_start_matches('=').split(|c: char| c == ',' || c.is_whitespace());
        let mut places = Vec::new();
        for part in parts.filter(|part| !part.is_empty()) {
            match part.parse::<usize>() {
                Ok(number) if (1..=count).contains(&number) && !places.contains(&(number - 1)) => {
                    places.push(number - 1);
                }
                Ok(_) => return Err(format!("type numbers from 1 to {count}, each once")),
                Err(_) => return Err(format!("`{part}` is no number from 1 to {count}")),
            }
        }
        Ok(places)
    };
    match form {
        Form::Choice { options, several } => {
            let mut chosen = numbers(options.len())?;
            chosen.sort_unstable();
            if !several && chosen.len() != 1 {
                return Err("only one is right: type one number".into());
            }
            Ok(Given::Choice(chosen))
        }
        Form::Order { items, .. } => {
            let places = numbers(items.len())?;
            if places.len() != items.len() {
                return Err(format!("type all {} numbers in order", items.len()));
            }
            Ok(Given::Order(places))
        }
        Form::Typed { .. } | Form::Number { .. } => {
            Ok(Given::Text(line.strip_prefix('=').unwrap_or(line).to_owned()))
        }
        Form::Cloze { .. } if type_cloze => {
            Ok(Given::Text(line.strip_prefix('=').unwrap_or(line).to_owned()))
        }
        Form::Cloze { .. } | Form::Recall { .. } => {
            Err("press enter for the answer; ? lists all commands".into())
        }
    }
}
