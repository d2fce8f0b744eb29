//! How a medicine is taken, as a sentence in both languages of the window.

use crate::page::Dosage;

/// What a document says about the use of a medicine. Names and amounts are its own words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Instruction {
    /// A whole instruction in the document's own words; then the rest is not put into words.
    pub(crate) written: Option<String>,
    /// `5 mg`, `1 – 2 tablets`.
    pub(crate) dose: Option<String>,
    /// `2 L/min`.
    pub(crate) rate: Option<String>,
    /// How many times in a period: least, and most if that differs.
    pub(crate) times: Option<(String, Option<String>)>,
    /// Length of the period: least, most, and its UCUM unit (`h`, `d`, `wk`, …).
    pub(crate) every: Option<(String, Option<String>, String)>,
    /// Codes of HL7's `EventTiming`: `MORN`, `AC`, `PC`, `HS`, …
    pub(crate) events: Vec<String>,
    /// `mon`, `tue`, …
    pub(crate) days: Vec<String>,
    /// `08:00`.
    pub(crate) at: Vec<String>,
    /// The schedule by name: `BID`, or words.
    pub(crate) schedule: Option<String>,
    pub(crate) as_needed: bool,
    /// What for, if only as needed.
    pub(crate) needed_for: Option<String>,
    pub(crate) route: Option<String>,
    pub(crate) site: Option<String>,
    /// `4 tablets / 24 h`.
    pub(crate) at_most: Option<String>,
    /// Length of the treatment: number and UCUM unit.
    pub(crate) lasting: Option<(String, String)>,
    /// "with food", in the document's words.
    pub(crate) also: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Tongue {
    English,
    German,
}

use Tongue::{English, German};

impl Instruction {
    /// The sentence; none if the document says nothing that can be put into words.
    pub(crate) fn words(&self) -> Option<Dosage> {
        if let Some(written) = &self.written {
            return Some(Dosage { en: written.clone(), de: written.clone() });
        }
        let (en, de) = (self.sentence(English), self.sentence(German));
        (!en.is_empty()).then_some(Dosage { en, de })
    }

    fn sentence(&self, tongue: Tongue) -> String {
        let events = join(self.events.iter().filter_map(|code| event(code, tongue)), tongue);
        let often = self.often(tongue, !events.is_empty());
        let amount: Vec<String> = [self.dose.clone(), often].into_iter().flatten().collect();
        let mut parts = vec![amount.join(" ")];
        parts.push(events);
        let on = join(self.days.iter().map(|day| weekday(day, tongue)), tongue);
        parts.push(prefixed(if tongue == English { "on" } else { "am" }, on));
        let at = join(self.at.iter().map(|time| time.get(..5).unwrap_or(time).to_owned()), tongue);
        parts.push(prefixed(if tongue == English { "at" } else { "um" }, at));
        parts.push(self.rate.clone().unwrap_or_default());
        parts.push(match (&self.needed_for, self.as_needed, tongue) {
            (Some(reason), _, English) => format!("as needed for {reason}"),
            (Some(reason), _, German) => format!("bei Bedarf ({reason})"),
            (None, true, English) => "as needed".to_owned(),
            (None, true, German) => "bei Bedarf".to_owned(),
            (None, false, _) => String::new(),
        });
        parts.push(self.route.as_deref().map(|route| route_words(route, tongue)).unwrap_or_default());
        parts.push(self.site.clone().unwrap_or_default());
        if let Some((number, code)) = &self.lasting {
            let for_ = if tongue == English { "for" } else { "für" };
            parts.push(format!("{for_} {number} {}", unit(code, number != "1", tongue)));
        }
        parts.extend(self.also.iter().cloned());
        parts.push(prefixed(
            if tongue == English { "at most" } else { "höchstens" },
            self.at_most.clone().unwrap_or_default(),
        ));
        parts.retain(|part| !part.is_empty());
        parts.join(", ")
    }

    fn often(&self, tongue: Tongue, has_events: bool) -> Option<String> {
        let Some((every, every_max, code)) = &self.every else {
            return self.schedule.as_deref().map(|name| schedule(name, tongue));
        };
        let (times, times_max) = self.times.clone().unwrap_or_else(|| ("1".to_owned(), None));
        let daily = every == "1" && every_max.is_none() && code == "d";
        if daily && has_events && times_max.is_none() && times == self.events.len().to_string() {
            return None;
        }
        let every = range(every, every_max.as_deref());
        let single = every == "1";
        let once = times == "1" && times_max.is_none();
        let times = match (times.as_str(), &times_max, tongue) {
            ("1", None, English) => "once".to_owned(),
            ("1", None, German) => "einmal".to_owned(),
            ("2", None, English) => "twice".to_owned(),
            ("2", None, German) => "zweimal".to_owned(),
            (_, _, English) => format!("{} times", range(&times, times_max.as_deref())),
            (_, _, German) => format!("{}-mal", range(&times, times_max.as_deref())),
        };
        Some(match (single, once, tongue) {
            (true, _, English) => {
                format!("{times} {} {}", if code == "h" { "an" } else { "a" }, unit(code, false, English))
            }
            (true, _, German) => match code.as_str() {
                "d" => format!("{times} täglich"),
                "wk" => format!("{times} pro Woche"),
                _ => format!("{times} pro {}", unit(code, false, German)),
            },
            (false, true, English) => format!("every {every} {}", unit(code, true, English)),
            (false, true, German) => format!("alle {every} {}", unit(code, true, German)),
            (false, false, English) => format!("{times} every {every} {}", unit(code, true, English)),
            (false, false, German) => format!("{times} alle {every} {}", unit(code, true, German)),
        })
    }
}

fn range(least: &str, most: Option<&str>) -> String {
    match most.filter(|most| *most != least) {
        Some(most) => format!("{least}–{most}"),
        None => least.to_owned(),
    }
}

fn prefixed(word: &str, text: String) -> String {
    if text.is_empty() { text } else { format!("{word} {text}") }
}

/// `a, b and c`.
fn join(parts: impl Iterator<Item = String>, tongue: Tongue) -> String {
    let parts: Vec<String> = parts.collect();
    let and = if tongue == English { " and " } else { " und " };
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{}{and}{last}", before.join(", ")),
        None => String::new(),
    }
}

fn unit(code: &str, several: bool, tongue: Tongue) -> String {
    let known = match code {
        "s" => ("second", "seconds", "Sekunde", "Sekunden"),
        "min" => ("minute", "minutes", "Minute", "Minuten"),
        "h" => ("hour", "hours", "Stunde", "Stunden"),
        "d" => ("day", "days", "Tag", "Tage"),
        "wk" => ("week", "weeks", "Woche", "Wochen"),
        "mo" => ("month", "months", "Monat", "Monate"),
        "a" => ("year", "years", "Jahr", "Jahre"),
        _ => return code.to_owned(),
    };
    match (tongue, several) {
        (English, false) => known.0,
        (English, true) => known.1,
        (German, false) => known.2,
        (German, true) => known.3,
    }
    .to_owned()
}

/// HL7 `EventTiming` and the codes of `TimingEvent` that it extends.
fn event(code: &str, tongue: Tongue) -> Option<String> {
    let (en, de) = match code {
        "MORN" => ("in the morning", "morgens"),
        "MORN.early" => ("early in the morning", "früh am Morgen"),
        "MORN.late" => ("late in the morning", "am späten Vormittag"),
        "NOON" => ("at noon", "mittags"),
        "AFT" | "AFT.early" | "AFT.late" => ("in the afternoon", "nachmittags"),
        "EVE" | "EVE.early" | "EVE.late" => ("in the evening", "abends"),
        "NIGHT" => ("at night", "nachts"),
        "HS" => ("before sleep", "vor dem Schlafen"),
        "WAKE" => ("after waking", "nach dem Aufwachen"),
        "PHS" => ("after sleep", "nach dem Schlafen"),
        "C" => ("with meals", "zu den Mahlzeiten"),
        "CM" => ("with breakfast", "zum Frühstück"),
        "CD" => ("with lunch", "zum Mittagessen"),
        "CV" => ("with dinner", "zum Abendessen"),
        "AC" => ("before meals", "vor den Mahlzeiten"),
        "ACM" => ("before breakfast", "vor dem Frühstück"),
        "ACD" => ("before lunch", "vor dem Mittagessen"),
        "ACV" => ("before dinner", "vor dem Abendessen"),
        "PC" => ("after meals", "nach den Mahlzeiten"),
        "PCM" => ("after breakfast", "nach dem Frühstück"),
        "PCD" => ("after lunch", "nach dem Mittagessen"),
        "PCV" => ("after dinner", "nach dem Abendessen"),
        _ => return None,
    };
    Some(if tongue == English { en } else { de }.to_owned())
}

fn weekday(code: &str, tongue: Tongue) -> String {
    let (en, de) = match code {
        "mon" => ("Monday", "Montag"),
        "tue" => ("Tuesday", "Dienstag"),
        "wed" => ("Wednesday", "Mittwoch"),
        "thu" => ("Thursday", "Donnerstag"),
        "fri" => ("Friday", "Freitag"),
        "sat" => ("Saturday", "Samstag"),
        "sun" => ("Sunday", "Sonntag"),
        other => (other, other),
    };
    if tongue == English { en } else { de }.to_owned()
}

/// HL7 `TimingAbbreviation`; other words stay.
fn schedule(name: &str, tongue: Tongue) -> String {
    let (en, de) = match name {
        "QD" => ("once a day", "einmal täglich"),
        "BID" => ("twice a day", "zweimal täglich"),
        "TID" => ("3 times a day", "3-mal täglich"),
        "QID" => ("4 times a day", "4-mal täglich"),
        "QOD" => ("every 2 days", "alle 2 Tage"),
        "AM" => ("in the morning", "morgens"),
        "PM" => ("in the afternoon", "nachmittags"),
        "BED" => ("at bedtime", "vor dem Schlafen"),
        "WK" => ("once a week", "einmal pro Woche"),
        "MO" => ("once a month", "einmal pro Monat"),
        "Q1H" => ("every hour", "stündlich"),
        "Q2H" => ("every 2 hours", "alle 2 Stunden"),
        "Q3H" => ("every 3 hours", "alle 3 Stunden"),
        "Q4H" => ("every 4 hours", "alle 4 Stunden"),
        "Q6H" => ("every 6 hours", "alle 6 Stunden"),
        "Q8H" => ("every 8 hours", "alle 8 Stunden"),
        other => (other, other),
    };
    if tongue == English { en } else { de }.to_owned()
}

/// The ways into the body that a person can be told plainly; others keep the document's word.
fn route_words(route: &str, tongue: Tongue) -> String {
    let lower = route.to_lowercase();
    let (en, de) = match lower.trim_end_matches(" route").trim_end_matches(" use") {
        "oral" | "by mouth" | "oral route of administration" | "po" | "per os" => ("by mouth", "zum Einnehmen"),
        "inhalation" | "respiratory (inhalation)" | "inhaled" => ("to breathe in", "zum Inhalieren"),
        "subcutaneous" => ("as an injection under the skin", "als Spritze unter die Haut"),
        "intramuscular" | "im" => ("as an injection into a muscle", "als Spritze in den Muskel"),
        "intravenous" | "iv" => ("into a vein", "in die Vene"),
        "rectal" => ("into the rectum", "in den Enddarm"),
        "nasal" => ("into the nose", "in die Nase"),
        "ophthalmic" | "ocular" => ("into the eye", "ins Auge"),
        "cutaneous" | "topical" | "transdermal" => ("on the skin", "auf die Haut"),
        "sublingual" => ("under the tongue", "unter die Zunge"),
        _ => (route, route),
    };
    if tongue == English { en } else { de }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(instruction: &Instruction) -> (String, String) {
        let words = instruction.words().expect("words");
        (words.en, words.de)
    }

    fn every(times: &str, every: &str, unit: &str) -> Instruction {
        Instruction {
            dose: Some("5 mg".to_owned()),
            times: Some((times.to_owned(), None)),
            every: Some((every.to_owned(), None, unit.to_owned())),
            ..Instruction::default()
        }
    }

    #[test]
    fn frequencies_read_as_people_say_them() {
        for (times, period, unit, en, de) in [
            ("1", "1", "d", "5 mg once a day", "5 mg einmal täglich"),
            ("2", "1", "d", "5 mg twice a day", "5 mg zweimal täglich"),
            ("3", "1", "wk", "5 mg 3 times a week", "5 mg 3-mal pro Woche"),
            ("1", "8", "h", "5 mg every 8 hours", "5 mg alle 8 Stunden"),
            ("2", "2", "wk", "5 mg twice every 2 weeks", "5 mg zweimal alle 2 Wochen"),
        ] {
            assert_eq!(words(&every(times, period, unit)), (en.to_owned(), de.to_owned()));
        }
    }

    #[test]
    fn the_times_of_a_day_say_how_often() {
        let events = vec!["MORN".to_owned(), "EVE".to_owned()];
        let instruction = Instruction { events, route: Some("Oral".to_owned()), ..every("2", "1", "d") };
        assert_eq!(words(&instruction).0, "5 mg, in the morning and in the evening, by mouth");
        assert_eq!(words(&instruction).1, "5 mg, morgens und abends, zum Einnehmen");
    }

    #[test]
    fn what_is_taken_only_when_needed_says_so() {
        let instruction = Instruction {
            as_needed: true,
            needed_for: Some("pain".to_owned()),
            at_most: Some("4 tablets / 24 h".to_owned()),
            ..every("1", "6", "h")
        };
        assert_eq!(words(&instruction).0, "5 mg every 6 hours, as needed for pain, at most 4 tablets / 24 h");
    }

    #[test]
    fn the_documents_own_words_win_and_silence_stays_silence() {
        let written = Instruction { written: Some("one in the morning".to_owned()), ..every("1", "1", "d") };
        assert_eq!(words(&written), ("one in the morning".to_owned(), "one in the morning".to_owned()));
        assert_eq!(Instruction::default().words(), None);
    }
}
