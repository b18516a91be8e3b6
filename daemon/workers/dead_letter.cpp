#include "daemon/workers/dead_letter.hpp"

#include "desk/site/alarm.hpp"

namespace consign::daemon {

std::function<Result<>(Transaction&, const queue::Job&)> tell_of_dead_letter(desk::Site& site,
                                                                             Literal account) {
    return [&site, account](Transaction& transaction, const queue::Job& job) -> Result<> {
        const auto policy = site.policy.current();
        desk::Alarm alarm{.what = "job_failed",
                          .alerts = policy->alert,
                          .subject = std::string(queue::name_of(job.kind)),
                          .counts = {{"job", static_cast<std::uint64_t>(job.id)},
                                     {"attempts", job.attempts + 1}}};
        if (job.file != 0)
            if (const auto stream = transaction.catalog.stream_of(job.file))
                alarm.streams.push_back(*stream);
        return desk::raise_alarm(site, transaction, *policy, account, alarm);
    };
}

}  // namespace consign::daemon
