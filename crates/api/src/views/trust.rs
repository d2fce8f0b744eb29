//! The checks of a record, and what stands behind them.

use carekey_protocol::{BlockHeight, HospitalId};
use carekey_wallet::reading::{Check, OpenedRecord, Withheld};

use super::people::People;
use crate::opened::OpenProfile;
use crate::types::{CheckOutcome, CheckView, PersonView, TrustCheck, TrustState, TrustView};

const ORDER: [TrustCheck; 6] = [
    TrustCheck::BlockCertified,
    TrustCheck::AnchorIncluded,
    TrustCheck::ContentUnchanged,
    TrustCheck::AuthorCertificate,
    TrustCheck::AuthorSignature,
    TrustCheck::PatientMatches,
];

/// Every check held.
pub(crate) fn held() -> Vec<CheckView> {
    ORDER.map(|check| CheckView { check, outcome: CheckOutcome::Held, detail: None }).into()
}

/// None was made: the record is not in a certified block yet.
pub(crate) fn not_made() -> Vec<CheckView> {
    ORDER.map(|check| CheckView { check, outcome: CheckOutcome::NotMade, detail: None }).into()
}

/// One failed; those the wallet makes before it held, the others were not made.
pub(crate) fn failed(withheld: &Withheld) -> Vec<CheckView> {
    use TrustCheck::{AnchorIncluded, AuthorCertificate, BlockCertified, ContentUnchanged, PatientMatches};
    let (failed, before): (TrustCheck, &[TrustCheck]) = match withheld.check {
        Check::Key => (ContentUnchanged, &[]),
        Check::Ledger => (BlockCertified, &[]),
        Check::Anchor => (AnchorIncluded, &[BlockCertified]),
        Check::Content | Check::Seal => (ContentUnchanged, &[BlockCertified, AnchorIncluded]),
        Check::Metadata => (PatientMatches, &[BlockCertified, AnchorIncluded, ContentUnchanged]),
        Check::AuthorCertificate => {
            (AuthorCertificate, &[BlockCertified, AnchorIncluded, ContentUnchanged, PatientMatches])
        }
        Check::AuthorSignature => (
            TrustCheck::AuthorSignature,
            &[BlockCertified, AnchorIncluded, ContentUnchanged, AuthorCertificate, PatientMatches],
        ),
    };
    let view = |check| {
        if check == failed {
            return CheckView { check, outcome: CheckOutcome::Failed, detail: Some(withheld.reason.clone()) };
        }
        let outcome = if before.contains(&check) { CheckOutcome::Held } else { CheckOutcome::NotMade };
        CheckView { check, outcome, detail: None }
    };
    ORDER.map(view).into()
}

/// The line above a record whose checks all held.
pub(crate) async fn verified(
    profile: &OpenProfile,
    people: &People<'_>,
    opened: &OpenedRecord,
    self_reported: bool,
) -> TrustView {
    TrustView {
        state: TrustState::Verified,
        author: people.view(&opened.metadata.author),
        self_reported,
        unchanged_since: opened.proof.as_ref().map(|proof| proof.header.time.0),
        confirmed_by: match &opened.proof {
            Some(proof) => signers(profile, proof.header.height, proof.header.proposer).await,
            None => Vec::new(),
        },
        checks: held(),
    }
}

/// The line above a record that cannot be shown (yet).
pub(crate) fn unverified(
    state: TrustState,
    author: PersonView,
    self_reported: bool,
    checks: Vec<CheckView>,
) -> TrustView {
    TrustView { state, author, self_reported, unchanged_since: None, confirmed_by: Vec::new(), checks }
}

/// The hospitals that signed the head which contains the block; the block's proposer if the head is not past it.
pub(crate) async fn signers(profile: &OpenProfile, height: BlockHeight, proposer: HospitalId) -> Vec<String> {
    let head = profile.wallet.ledger_state().await.head;
    let signed = head.certificate.signatures.iter().map(|(hospital, _)| *hospital);
    let names = profile.hospital_names(signed);
    if head.header.height < height || names.is_empty() { vec![profile.hospital(proposer)] } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_check_is_named_once_and_later_ones_are_not_claimed() {
        let all = [
            Check::Key,
            Check::Ledger,
            Check::Anchor,
            Check::Content,
            Check::Seal,
            Check::Metadata,
            Check::AuthorCertificate,
            Check::AuthorSignature,
        ];
        for check in all {
            let views = failed(&Withheld { check, reason: "as found".into() });
            let count = |outcome| views.iter().filter(|view| view.outcome == outcome).count();
            assert_eq!(count(CheckOutcome::Failed), 1, "{check:?}");
            let details: Vec<_> = views.iter().filter_map(|view| view.detail.as_deref()).collect();
            assert_eq!(details, ["as found"], "{check:?}");
            assert_eq!(views.iter().map(|view| view.check).collect::<Vec<_>>(), ORDER);
        }
        let changed = failed(&Withheld { check: Check::Content, reason: String::new() });
        assert_eq!(changed[1].outcome, CheckOutcome::Held);
        assert_eq!(changed[2].outcome, CheckOutcome::Failed);
        assert_eq!(changed[4].outcome, CheckOutcome::NotMade);
    }
}
