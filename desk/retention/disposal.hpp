// What is left to do once a transaction is durable: drop the staging name of what was committed,
// destroy what lost its last name, and remember for its depositor what a route moved away.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "desk/site/site.hpp"

namespace consign::desk {

/// What a transaction left to do.
struct Aftermath {
    std::vector<Id> doomed{};
    std::vector<MovedName> moved{};
    std::vector<Id> dropped{};  // unfinished uploads that have no row any more; for the desk
};
[[nodiscard]] boost::asio::awaitable<void> conclude(Site& site, Aftermath aftermath);

/// After a deposit. A failure is logged, and made good by the next start's sweep.
[[nodiscard]] boost::asio::awaitable<void> settle(Site& site, Id committed, Aftermath aftermath);

/// Destroys the sealed file of a stream that no row leads to, neither a file's nor an upload's; it
/// is asked while nobody else can change the stream. Blocks: call it from a pool thread.
/// std::errc::device_or_resource_busy where somebody is at work with it.
[[nodiscard]] Result<> destroy_unknown(Site& site, const Id& stream);
/// The same of a stream that a worker had begun: an upload's row does not keep it, as a start makes
/// one for each whole file that it finds staged.
[[nodiscard]] Result<> destroy_undeposited(Site& site, const Id& stream);

/// Destroys an upload that no row leads to, if it is one: another session began anew in its place,
/// or removed it. Where somebody has it open still, nothing is done: whoever has asks at the end. A
/// failure is logged, and made good by the next start's sweep.
[[nodiscard]] boost::asio::awaitable<void> drop_if_unknown(Site& site, Id stream);

/// Destroys each sealed file with its key slots, then forgets its row; the certificate of it is an
/// event. A failure is logged, and made good by destroy_again().
[[nodiscard]] boost::asio::awaitable<void> destroy(Site& site, std::vector<Id> doomed);

/// All that is doomed and has neither a name nor a class.
[[nodiscard]] boost::asio::awaitable<Result<>> destroy_doomed(Site& site);

/// The same, where something of it failed, `Undestroyed::retry_interval` after that.
[[nodiscard]] boost::asio::awaitable<void> destroy_again(Site& site);

}  // namespace consign::desk
