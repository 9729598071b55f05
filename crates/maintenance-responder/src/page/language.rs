//! The languages of the built-in page: what it says in each of them, and which of them a visitor reads.

use thiserror::Error;

/// A language, which is all that there is to add for another one, in [`LANGUAGES`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    /// The primary language subtag (BCP 47), in lower case.
    pub tag: &'static str,
    /// Title and heading.
    pub title: &'static str,
    /// What is going on.
    pub message: &'static str,
    /// What the operators expect, where the end is on the visitor's same day, and where it is not: `{time}` stands for
    /// the time of day, with the day in the latter.
    pub expected: [&'static str; 2],
    /// Before the script runs: `{duration}` stands for the longest time to the next try.
    pub first_try: &'static str,
    /// While the script runs: `{time}` stands for the time of day of the next try.
    pub next_try: &'static str,
    /// The same for whom the page does not take back by itself, and what it says to them after the maintenance.
    pub next_look: &'static str,
    pub is_back: &'static str,
    /// The link that tries at once.
    pub try_now: &'static str,
    /// What the script says while it does, and when that was too early.
    pub asking: &'static str,
    pub not_yet: &'static str,
    /// The link to the operators' status page.
    pub status_page: &'static str,
    /// What a preview says of itself.
    pub preview: &'static str,
    /// What follows one second, and several; a space in between, if the language has it, belongs to it.
    pub seconds: [&'static str; 2],
    /// What follows one minute, and several.
    pub minutes: [&'static str; 2],
    /// What follows one hour, and several.
    pub hours: [&'static str; 2],
}

/// The first is also for everybody who accepts none of them.
pub static LANGUAGES: [Language; 4] = [
    Language {
        tag: "en",
        title: "We’ll be back soon",
        message: "The service is down for maintenance at the moment. We apologize for the inconvenience.",
        expected: ["Expected back at {time}.", "Expected back on {time}."],
        first_try: "This page tries again within {duration} and takes you back automatically once the maintenance is over.",
        next_try: "This page tries again at {time} and takes you back automatically once the maintenance is over.",
        next_look: "This page looks again at {time} and tells you here once the maintenance is over.",
        is_back: "The maintenance is over. The link below takes you on.",
        try_now: "Try again now",
        asking: "Asking…",
        not_yet: "Still unavailable.",
        status_page: "Current status",
        preview: "Preview: this is the page that visitors get during maintenance. Here it does not try again.",
        seconds: [" second", " seconds"],
        minutes: [" minute", " minutes"],
        hours: [" hour", " hours"],
    },
    Language {
        tag: "ko",
        title: "서비스 점검 중입니다",
        message: "현재 서비스 점검으로 이용이 일시 중단되었습니다. 이용에 불편을 드려 죄송합니다.",
        expected: ["{time}에 재개될 예정입니다."; 2],
        first_try: "{duration} 이내에 다시 확인하며, 점검이 끝나면 자동으로 원래 페이지로 이동합니다.",
        next_try: "{time}에 다시 확인하며, 점검이 끝나면 자동으로 원래 페이지로 이동합니다.",
        next_look: "{time}에 다시 확인하며, 점검이 끝나면 여기에서 알려 드립니다.",
        is_back: "점검이 끝났습니다. 아래 링크로 계속하세요.",
        try_now: "지금 다시 시도",
        asking: "확인하고 있습니다…",
        not_yet: "아직 이용할 수 없습니다.",
        status_page: "서비스 상태 보기",
        preview: "미리 보기: 점검 중에 방문자에게 표시되는 페이지입니다. 여기서는 다시 확인하지 않습니다.",
        seconds: ["초"; 2],
        minutes: ["분"; 2],
        hours: ["시간"; 2],
    },
    Language {
        tag: "ja",
        title: "メンテナンス中です",
        message: "ただいまメンテナンスのためサービスを一時停止しています。ご不便をおかけして申し訳ございません。",
        expected: ["{time}に再開する予定です。"; 2],
        first_try: "{duration}以内に再度確認し、メンテナンスが終わると自動的に元のページに戻ります。",
        next_try: "{time}に再度確認し、メンテナンスが終わると自動的に元のページに戻ります。",
        next_look: "{time}に再度確認し、メンテナンスが終わるとここでお知らせします。",
        is_back: "メンテナンスが終わりました。下のリンクからお進みください。",
        try_now: "今すぐ再試行",
        asking: "確認しています…",
        not_yet: "まだご利用いただけません。",
        status_page: "稼働状況を見る",
        preview: "プレビュー：メンテナンス中に表示されるページです。ここでは再確認を行いません。",
        seconds: ["秒"; 2],
        minutes: ["分"; 2],
        hours: ["時間"; 2],
    },
    Language {
        tag: "de",
        title: "Wir sind bald zurück",
        message: "Der Dienst wird gerade gewartet. Wir bitten um Entschuldigung.",
        expected: ["Voraussichtlich um {time} wieder da.", "Voraussichtlich am {time} wieder da."],
        first_try: "Diese Seite versucht es innerhalb von {duration} erneut und bringt Sie nach der Wartung von selbst zurück.",
        next_try: "Diese Seite versucht es um {time} erneut und bringt Sie nach der Wartung von selbst zurück.",
        next_look: "Diese Seite sieht um {time} wieder nach und meldet hier, wenn die Wartung vorbei ist.",
        is_back: "Die Wartung ist vorbei. Der Link unten führt Sie weiter.",
        try_now: "Jetzt erneut versuchen",
        asking: "Einen Moment…",
        not_yet: "Noch nicht verfügbar.",
        status_page: "Aktueller Stand",
        preview: "Vorschau: Diese Seite bekommen Besucher während der Wartung. Hier versucht sie es nicht erneut.",
        seconds: [" Sekunde", " Sekunden"],
        minutes: [" Minute", " Minuten"],
        hours: [" Stunde", " Stunden"],
    },
];

/// In which language the operators have written their own texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnLanguage {
    /// As it was given (BCP 47).
    pub tag: String,
    /// The language of all other texts on the page: the same one, if it is built in.
    pub others: &'static Language,
}

/// Why a text is not a language tag.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum LanguageTagError {
    #[error(
        "its parts between hyphens must have 1 to 8 letters or digits, and the first at least 2 and only letters"
    )]
    Subtag,
}

impl OwnLanguage {
    /// Reads a language tag such as `ko` or `de-AT`.
    ///
    /// # Errors
    /// See [`LanguageTagError`].
    pub fn parse(tag: &str) -> Result<Self, LanguageTagError> {
        let is_subtag = |subtag: &str| {
            (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let primary = primary(tag);
        if !tag.split('-').all(is_subtag)
            || primary.len() < 2
            || primary.bytes().any(|byte| byte.is_ascii_digit())
        {
            return Err(LanguageTagError::Subtag);
        }
        let same = |language: &&Language| language.tag.eq_ignore_ascii_case(primary);
        Ok(Self { tag: tag.to_owned(), others: LANGUAGES.iter().find(same).unwrap_or(&LANGUAGES[0]) })
    }
}

impl Language {
    /// The one of `languages` that an `Accept-Language` header (RFC 9110, section 12.5.4) likes best; `*` likes the first.
    /// Regions and scripts are not told apart; of equally liked languages the first wins; what cannot be read is skipped.
    pub fn negotiate<'a>(languages: &'a [Self], accept_language: &str) -> Option<&'a Self> {
        let mut best = (None, 0);
        for range in accept_language.split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let primary = primary(tag.trim());
            let meant = |language: &&Self| primary == "*" || language.tag.eq_ignore_ascii_case(primary);
            if let (Some(language), Some(weight)) = (languages.iter().find(meant), weight(parameters))
                && weight > best.1
            {
                best = (Some(language), weight);
            }
        }
        best.0
    }

    /// A time in words: seconds under two minutes, minutes under two hours, hours from there, rounded up.
    pub fn duration(&self, seconds: u32) -> String {
        let (count, [one, several]) = match seconds {
            0..120 => (seconds, self.seconds),
            120..7_200 => (seconds.div_ceil(60), self.minutes),
            _ => (seconds.div_ceil(3_600), self.hours),
        };
        format!("{count}{}", if count == 1 { one } else { several })
    }
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

/// The weight in thousandths: 1000 without a `q`, nothing for one that cannot be read.
fn weight(parameters: &str) -> Option<u32> {
    let parameters = parameters.trim();
    if parameters.is_empty() {
        return Some(1_000);
    }
    let (name, value) = parameters.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1_000),
        _ => None,
    }
}
