#include "protocols/sftp/receive_window.hpp"

#include <algorithm>

namespace consign::ssh {

namespace {

// Shorter silences are scheduling noise of a local peer, which no window helps; longer ones are a
// peer that had nothing to send.
constexpr std::chrono::milliseconds shortest_silence{2};
constexpr std::chrono::milliseconds longest_silence{2000};
constexpr int silence_share = 4;  // the peer stood still for more than a quarter of the time

}  // namespace

bool WindowBudget::try_take(std::uint64_t bytes) {
    auto used = used_bytes_.load();
    do {
        if (bytes > (limit_bytes_ - used) / 2) return false;
    } while (!used_bytes_.compare_exchange_weak(used, used + bytes));
    return true;
}

ReceiveWindow::~ReceiveWindow() {
    budget_->give_back(booked_bytes_);
}

bool ReceiveWindow::arrived(std::size_t bytes, std::size_t unread_bytes, Time now) {
    const auto silence = now - last_arrival_;
    last_arrival_ = now;
    received_ += bytes;
    most_unread_bytes_ = std::max<std::uint64_t>(most_unread_bytes_, unread_bytes);
    const auto crossed = std::ranges::lower_bound(boundaries_, received_);
    if (crossed != boundaries_.begin()) {
        boundaries_.erase(boundaries_.begin(), crossed);
        const bool held = silence > shortest_silence && silence < longest_silence &&
                          silence * silence_share > now - last_crossing_;
        last_crossing_ = now;
        if (held) grow();
    }
    if (booked_bytes_ > target_bytes_ - default_bytes) give_back_what_is_free();
    return unread_bytes <= default_bytes + booked_bytes_ + slack_bytes;
}

std::optional<std::uint32_t> ReceiveWindow::due() const {
    if (received_ - received_at_grant_ < target_bytes_ / 4) return std::nullopt;
    if (credit_bytes() >= target_bytes_) return std::nullopt;
    return target_bytes_;
}

void ReceiveWindow::granted(Time now) {
    if (credit_end_ > received_) boundaries_.push_back(credit_end_);
    if (last_crossing_ == Time{}) last_crossing_ = now;
    received_at_grant_ = received_;
    credit_end_ = received_ + target_bytes_;
}

void ReceiveWindow::paused() {
    target_bytes_ = default_bytes;
    boundaries_ = {};
    give_back_what_is_free();
}

void ReceiveWindow::grow() {
    const auto wanted = std::min(target_bytes_ * 2, limit_bytes);
    const auto free_again =
        booked_bytes_ - std::min<std::uint64_t>(booked_bytes_, target_bytes_ - default_bytes);
    const std::uint64_t more = wanted - target_bytes_;
    if (more == 0) return;
    if (more > free_again) {
        if (!budget_->try_take(more - free_again)) return;
        booked_bytes_ += more - free_again;
    }
    target_bytes_ = wanted;
    received_at_grant_ = received_ - std::min<std::uint64_t>(received_, wanted);  // due at once
}

void ReceiveWindow::give_back_what_is_free() {
    const std::uint64_t needed =
        std::max({std::uint64_t{target_bytes_}, credit_bytes(), most_unread_bytes_}) -
        default_bytes;
    if (booked_bytes_ <= needed) return;
    budget_->give_back(booked_bytes_ - needed);
    booked_bytes_ = needed;
}

}  // namespace consign::ssh
