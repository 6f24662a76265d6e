namespace LightlyCluster.Fleet.Stores;

/// <summary>Completes the rows of lost incarnations: how long it took from the detection to the next commit.</summary>
public sealed class RecoveryFollower(IJobStore store, TimeProvider clock)
{
    private readonly List<(string Job, long Step, LossRecord Loss, long Since)> _pending = [];

    /// <summary>Remembers losses that a generation was begun for.</summary>
    /// <param name="job">The job.</param>
    /// <param name="step">The step that was running when the generation began.</param>
    /// <param name="losses">The rows (JSON) as they were stored.</param>
    public void Add(string job, long step, IEnumerable<string> losses) =>
        _pending.AddRange(losses.Select(loss => (job, step, LossRecord.Read(loss), clock.GetTimestamp())));

    /// <summary>Writes the rows of losses whose next commit is there.</summary>
    /// <returns>Rows that are complete now.</returns>
    public async Task<IReadOnlyList<LossRecord>> FollowAsync(JobRecord job)
    {
        var due = _pending.Where(pending => pending.Job == job.Id && job.Step > pending.Step).ToArray();
        if (due.Length == 0)
        {
            return [];
        }

        var complete = new List<LossRecord>();
        var rows = await store.ReadRecoveriesAsync(job.Id);
        foreach (var pending in due)
        {
            var seconds = Math.Round(clock.GetElapsedTime(pending.Since).TotalSeconds, 3);
            var index = rows.Select(LossRecord.Read).ToList().FindLastIndex(row => row.Incarnation == pending.Loss.Incarnation);
            if (index >= 0)
            {
                var row = pending.Loss with { Step = pending.Step, Seconds = seconds };
                await store.WriteRecoveryAsync(job.Id, index, row.Write());
                complete.Add(row);
            }

            _pending.Remove(pending);
        }

        return complete;
    }

    /// <summary>Forgets a job that has ended.</summary>
    public void Forget(string job) => _pending.RemoveAll(pending => pending.Job == job);
}
