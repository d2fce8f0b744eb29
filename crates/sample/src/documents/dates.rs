//! Days of the story as the forms that documents need.

/// A day and a time of day, taken as UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
    pub(super) hour: u8,
    pub(super) minute: u8,
}

pub(super) const fn at(year: u16, month: u8, day: u8, hour: u8, minute: u8) -> Moment {
    Moment { year, month, day, hour, minute }
}

impl Moment {
    /// Milliseconds since 1970; the story lies after it.
    pub(super) fn unix_ms(self) -> u64 {
        let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let year = u64::from(self.year);
        let mut days: u64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
        let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        days += lengths[..usize::from(self.month) - 1].iter().sum::<u64>() + u64::from(self.day) - 1;
        ((days * 24 + u64::from(self.hour)) * 60 + u64::from(self.minute)) * 60_000
    }

    /// `2026-05-12T09:30:00Z`
    pub(super) fn iso(self) -> String {
        format!("{}T{:02}:{:02}:00Z", self.day_iso(), self.hour, self.minute)
    }

    /// `2026-05-12`
    pub(super) fn day_iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// `20260512`
    pub(super) fn day_compact(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// `12 May 2026`
    pub(super) fn words(self) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        format!("{} {} {}", self.day, MONTHS[usize::from(self.month) - 1], self.year)
    }

    /// Years since the story begins, to follow trends.
    pub(super) fn years_in(self) -> f64 {
        f64::from(self.year) - 2020.0 + (f64::from(self.month) - 1.0) / 12.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_counted_from_1970() {
        assert_eq!(at(1970, 1, 1, 0, 0).unix_ms(), 0);
        assert_eq!(at(2024, 2, 29, 0, 0).unix_ms(), 1_709_164_800_000);
        assert_eq!(at(2026, 5, 12, 7, 30).unix_ms(), 1_778_571_000_000);
    }
}
