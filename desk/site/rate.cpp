#include "desk/site/rate.hpp"

#include <algorithm>
#include <boost/asio.hpp>

#include "desk/site/session.hpp"

namespace consign::desk {

namespace asio = boost::asio;

namespace {

using Seconds = std::chrono::duration<double>;

double in_seconds(std::chrono::steady_clock::duration time) {
    return std::chrono::duration_cast<Seconds>(time).count();
}

double burst_bytes(std::uint64_t bytes_per_second) {
    return static_cast<double>(bytes_per_second) * in_seconds(TokenBucket::burst);
}

}  // namespace

TokenBucket::TokenBucket(std::uint64_t bytes_per_second, Time now)
    : paid_bytes_(burst_bytes(bytes_per_second)), rate_(bytes_per_second), filled_(now) {}

void TokenBucket::fill(std::uint64_t bytes_per_second, Time now) {
    // What has passed until now, passed at the rate of then.
    const double gained =
        static_cast<double>(rate_) * in_seconds(std::max(now - filled_, Span::zero()));
    rate_ = bytes_per_second;
    filled_ = std::max(now, filled_);
    paid_bytes_ =
        std::min(paid_bytes_ + gained, static_cast<double>(queued_bytes_) + burst_bytes(rate_));
}

std::uint64_t TokenBucket::queue(std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    return std::exchange(queued_bytes_, queued_bytes_ + bytes);
}

TokenBucket::Span TokenBucket::left(std::uint64_t place, std::uint64_t bytes_per_second, Time now) {
    const std::scoped_lock lock(mutex_);
    fill(bytes_per_second, now);
    const double missing_bytes = static_cast<double>(place) - paid_bytes_;
    if (missing_bytes <= 0) return Span::zero();
    // A wait that does not fit into a duration is as good as this.
    constexpr Seconds most = std::chrono::hours(24);
    return std::chrono::ceil<Span>(
        std::min(Seconds(missing_bytes / static_cast<double>(bytes_per_second)), most));
}

bool TokenBucket::is_full(Time now) {
    const std::scoped_lock lock(mutex_);
    fill(rate_, now);
    return paid_bytes_ >= static_cast<double>(queued_bytes_) + burst_bytes(rate_);
}

std::shared_ptr<TokenBucket> Rates::bucket(const std::string& account, Direction direction,
                                           std::uint64_t bytes_per_second, TokenBucket::Time now) {
    const std::scoped_lock lock(mutex_);
    const auto found = buckets_.find({account, direction});
    if (found != buckets_.end()) return found->second;
    if (buckets_.size() >= resting_limit)
        std::erase_if(buckets_, [now](const auto& each) {
            return each.second.use_count() == 1 && each.second->is_full(now);
        });
    return buckets_
        .emplace(std::pair(account, direction),
                 std::make_shared<TokenBucket>(bytes_per_second, now))
        .first->second;
}

std::size_t Rates::size() const {
    const std::scoped_lock lock(mutex_);
    return buckets_.size();
}

std::uint64_t Rate::bytes_per_second() const {
    const auto policy = session_.site().policy.current();
    const auto account = policy->accounts.find(session_.account());
    if (account == policy->accounts.end()) return 0;
    const policy::Quota& quota = account->second.quota;
    return (direction_ == Direction::upload ? quota.upload_rate : quota.download_rate).value_or(0);
}

asio::awaitable<void> Rate::take(std::uint64_t bytes) {
    std::uint64_t rate = bytes_per_second();
    if (rate == 0) co_return;
    const auto bucket = session_.site().rates.bucket(session_.account(), direction_, rate,
                                                     std::chrono::steady_clock::now());
    const std::uint64_t place = bucket->queue(bytes);
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (; rate != 0 && !session_.is_leaving(); rate = bytes_per_second()) {
        const auto left = bucket->left(place, rate, std::chrono::steady_clock::now());
        if (left == TokenBucket::Span::zero()) co_return;
        timer.expires_after(std::min<TokenBucket::Span>(left, step));
        boost::system::error_code cancelled;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

}  // namespace consign::desk
