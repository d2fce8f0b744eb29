//! How gossipsub is set up.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use carekey_crypto::tagged_hash;
use carekey_ledger::CertifiedHeader;
use carekey_protocol::{NetworkId, decode};
use libp2p::gossipsub::{
    Behaviour, Config, ConfigBuilder, DataTransform, MaxCountSubscriptionFilter, Message, MessageAuthenticity,
    MessageId, PeerScoreParams, PeerScoreThresholds, RawMessage, TopicHash, TopicScoreParams, TopicSubscriptionFilter,
    ValidationMode, Version, score_parameter_decay,
};

use super::HEAD_BYTES_MAX;

/// Name on the wire.
const PROTOCOL: &str = "/carekey/ledger/heads/1";

/// What topics begin with; the network's id follows in hexadecimal.
const TOPIC_PREFIX: &str = "carekey/heads/";

/// Label of a message's id.
const MESSAGE_LABEL: &str = "head-announcement";

/// Around one message: topic, field numbers and lengths.
const ENVELOPE_BYTES_MAX: usize = 1024;

/// Messages that wait for one slow peer.
const QUEUED_MAX: usize = 16;

/// How long a message counts as seen.
const SEEN: Duration = Duration::from_secs(30);

/// Those we dialled ourselves, hence hospitals, that we want among our neighbours, so that wallets that come first
/// do not keep hospitals apart.
const DIALLED_NEIGHBOURS_MIN: usize = 6;

/// Neighbours looked for.
const NEIGHBOURS: usize = 12;

/// Neighbours taken in: every wallet that is connected, so that each hears of a head at once.
const NEIGHBOURS_MAX: usize = 8192;

/// Score of one offence; it grows with the square of their number.
const OFFENCE_WEIGHT: f64 = -10.0;

/// Below this score a peer is not talked to any more: the sixth offence.
pub(super) const SCORE_MIN: f64 = -255.0;

/// After this long an offence is forgotten.
const OFFENCE_MEMORY: Duration = Duration::from_secs(60);

/// Topics a peer may be interested in: that of the network, and one to spare.
const TOPICS_PER_PEER_MAX: usize = 2;

pub(super) type Gossip = Behaviour<WellFormed, MaxCountSubscriptionFilter<OurTopics>>;

pub(super) fn topic(network: NetworkId) -> TopicHash {
    TopicHash::from_raw(format!("{TOPIC_PREFIX}{network}"))
}

/// # Panics
/// Never: the settings are constants, which a test tries.
pub(super) fn build(followed: Followed) -> Gossip {
    let filter = MaxCountSubscriptionFilter {
        filter: OurTopics,
        max_subscribed_topics: TOPICS_PER_PEER_MAX,
        max_subscriptions_per_request: 2 * TOPICS_PER_PEER_MAX,
    };
    let anonymous = MessageAuthenticity::Anonymous;
    let mut gossip =
        Behaviour::new_with_subscription_filter_and_transform(anonymous, config(), filter, WellFormed(followed))
            .expect("constant settings");
    gossip.with_peer_score(scoring(), thresholds()).expect("constant settings");
    gossip
}

fn config() -> Config {
    ConfigBuilder::default()
        .protocol_id(PROTOCOL, Version::V1_1)
        .validation_mode(ValidationMode::Anonymous)
        .validate_messages()
        .message_id_fn(|message| MessageId::new(&tagged_hash(MESSAGE_LABEL, &[&message.data]).0))
        .max_transmit_size(HEAD_BYTES_MAX + ENVELOPE_BYTES_MAX)
        .max_publish_messages(1)
        .connection_handler_queue_len(QUEUED_MAX)
        .duplicate_cache_time(SEEN)
        .mesh_outbound_min(DIALLED_NEIGHBOURS_MIN)
        .mesh_n_low(DIALLED_NEIGHBOURS_MIN)
        .mesh_n(NEIGHBOURS)
        .mesh_n_high(NEIGHBOURS_MAX)
        .build()
        .expect("constant settings")
}

/// Only offences count. Addresses do not: a clinic's wallets share one, and the gate limits them.
fn scoring() -> PeerScoreParams {
    PeerScoreParams {
        ip_colocation_factor_weight: 0.0,
        // Broken promises and hasty returns happen to honest peers on bad lines, a few at a time.
        behaviour_penalty_threshold: 6.0,
        slow_peer_weight: 0.0,
        // Wallets come with a new key each time.
        retain_score: OFFENCE_MEMORY,
        ..PeerScoreParams::default()
    }
}

pub(super) fn topic_scoring() -> TopicScoreParams {
    TopicScoreParams {
        topic_weight: 1.0,
        time_in_mesh_weight: 0.0,
        first_message_deliveries_weight: 0.0,
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        invalid_message_deliveries_weight: OFFENCE_WEIGHT,
        invalid_message_deliveries_decay: score_parameter_decay(OFFENCE_MEMORY),
        ..TopicScoreParams::default()
    }
}

fn thresholds() -> PeerScoreThresholds {
    PeerScoreThresholds {
        gossip_threshold: OFFENCE_WEIGHT * 4.0,
        publish_threshold: OFFENCE_WEIGHT * 9.0,
        graylist_threshold: SCORE_MIN,
        ..PeerScoreThresholds::default()
    }
}

/// Which topic this node follows, for the decoder.
pub(super) type Followed = Arc<Mutex<Option<TopicHash>>>;

/// Stops what is not a head before it is remembered anywhere; its sender is scored down.
pub(crate) struct WellFormed(Followed);

impl DataTransform for WellFormed {
    fn inbound_transform(&self, raw: RawMessage) -> Result<Message, std::io::Error> {
        let malformed = || std::io::Error::from(std::io::ErrorKind::InvalidData);
        let followed = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(&raw.topic);
        if !followed || raw.data.len() > HEAD_BYTES_MAX {
            return Err(malformed());
        }
        decode::<CertifiedHeader>(&raw.data).map_err(|_| malformed())?;
        Ok(Message { source: None, data: raw.data, sequence_number: None, topic: raw.topic })
    }

    fn outbound_transform(&self, _: &TopicHash, data: Vec<u8>) -> Result<Vec<u8>, std::io::Error> {
        Ok(data)
    }
}

/// A peer's interest in other topics is not remembered.
#[derive(Debug, Clone)]
pub(crate) struct OurTopics;

impl TopicSubscriptionFilter for OurTopics {
    fn can_subscribe(&mut self, topic: &TopicHash) -> bool {
        let id = topic.as_str().strip_prefix(TOPIC_PREFIX);
        id.is_some_and(|id| id.len() == 64 && id.bytes().all(|digit| digit.is_ascii_hexdigit()))
    }
}

#[cfg(test)]
mod tests {
    use carekey_crypto::Digest;

    use super::*;

    #[test]
    fn the_settings_are_valid_and_the_topic_is_ours() {
        build(Followed::default());
        assert!(topic_scoring().validate().is_ok());
        assert!(OurTopics.can_subscribe(&topic(NetworkId(Digest::ZERO))));
        assert!(!OurTopics.can_subscribe(&TopicHash::from_raw("a".repeat(10_000))));
    }
}
