// A file goes to a target: what a job of Kind::deliver says, and its acts, each in one transaction
// with its event. Who carries bytes calls them in this order: begin_sending (again where it goes on
// after a break), begin_renaming, end_delivery. The acts answer queue_errc::no_such_job where the
// job has ended meanwhile: an administrator cancelled it, or the file was deposited anew.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "desk/site/site.hpp"
#include "policy/policy.hpp"

namespace consign::desk {

inline constexpr Literal deliveries_account = "system:deliveries";

/// What stands in the job, as JSON: {"target", "path", "rule", "on_clash": "number"|"fail",
/// "final", "synced"}; paths are raw bytes in hexadecimal.
struct Delivery {
    std::string target;  // its name in the policy
    VirtualPath path{};  // below the target's folder, as the route asks
    std::string rule{};  // FILE:LINE of the action
    policy::OnClash on_clash = policy::OnClash::number;
    /// Once everything has arrived: the name that it is about to get, or has got.
    std::optional<VirtualPath> final{};
    bool synced = false;  // the target vouched that all of it survives a power cut there
};

[[nodiscard]] std::string work_of(const Delivery& delivery);
/// Nothing where it is none of ours.
[[nodiscard]] std::optional<Delivery> delivery_in(std::string_view work);

/// In the transaction of the deposit.
[[nodiscard]] Result<> order_delivery(Transaction& transaction, catalog::FileId file,
                                      const Delivery& delivery, Timestamp now);
/// Of an earlier version of a file that its depositor has completed.
[[nodiscard]] Result<> withdraw_deliveries(Transaction& transaction, catalog::FileId file,
                                           std::vector<Id>& doomed);

/// The name that a file has at the target until it is whole there, beside its final one: the same
/// at each attempt, and no other job's.
[[nodiscard]] Result<VirtualPath> temporary_name(const Delivery& delivery, const Id& stream,
                                                 queue::JobId job);

/// Durable before the first byte leaves. `from`: so many bytes are there already.
[[nodiscard]] boost::asio::awaitable<Result<>> begin_sending(Site& site, queue::Job job,
                                                             Delivery delivery, catalog::File file,
                                                             std::uint64_t from);
/// Everything is there, under the temporary name: `delivery.final` is what it gets. Durable before
/// the rename is asked for. The file counts as collected from now on.
[[nodiscard]] boost::asio::awaitable<Result<>> begin_renaming(Site& site, queue::Job job,
                                                              Delivery delivery);
/// It has its final name there. Also of a job that was cancelled too late: that is told.
/// `note`: more words for the event.
[[nodiscard]] boost::asio::awaitable<Result<>> end_delivery(Site& site, queue::Job job,
                                                            Delivery delivery, catalog::File file,
                                                            Literal note = "");

}  // namespace consign::desk
