using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Worker.Snapshots;

/// <summary>Hands a whole state to a worker that joins: pieces in DATA, their description in META. Steps go on meanwhile.</summary>
internal sealed class SnapshotExchange(JobParts parts)
{
    private const int PieceBytes = 512 * 1024;

    private Task _publishing = Task.CompletedTask;

    /// <summary>As the first member: copies the state that it holds and publishes it beside the steps, when somebody waits for one.</summary>
    public async Task ServeAsync(JobRecord job)
    {
        if (job.SnapshotWantedBy.Length == 0 || !_publishing.IsCompleted)
        {
            return;
        }

        await _publishing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var step = parts.Computation.Step;
        if (await parts.Jobs.SetFieldsAsync(parts.Ticket.Id, job.Generation, parts.Ticket.Incarnation, ("retainFrom", $"{step}")))
        {
            var bytes = await parts.Computation.PackAsync();
            _publishing = PublishAsync(bytes, await parts.Computation.HashAsync(), step);
        }
    }

    /// <summary>Loads the newest snapshot.</summary>
    /// <returns>False when there is none newer than what this worker holds, or its bytes are gone.</returns>
    /// <exception cref="StateMismatchException">The bytes do not make the state that they should.</exception>
    public async Task<bool> TryLoadAsync(JobRecord job)
    {
        var fields = job.Snapshot.Split('|');
        if (fields.Length != 7 || long.Parse(fields[0]) <= parts.Computation.Step || long.Parse(fields[0]) > job.Step)
        {
            return false;
        }

        var (step, pieces) = (long.Parse(fields[0]), int.Parse(fields[2]));
        var bytes = new byte[int.Parse(fields[3])];
        for (var piece = 0; piece < pieces; piece++)
        {
            var start = piece * PieceBytes;
            var target = bytes.AsMemory(start, Math.Min(PieceBytes, bytes.Length - start));
            if (!await parts.Exchange.TryReadSnapshotAsync(fields[6], step, fields[1], piece, target))
            {
                return false;
            }
        }

        if (PayloadDigest.Of(bytes) != fields[5])
        {
            return false;
        }

        var hash = await parts.Computation.UnpackAsync(bytes, step);
        CrashPoint.Reach("worker.snapshot-loaded");
        return hash == fields[4] ? true : throw new StateMismatchException($"The snapshot of state {step} is {hash} here, {fields[4]} at its donor.");
    }

    private async Task PublishAsync(byte[] bytes, string hash, long step)
    {
        var transport = parts.Exchange.Transport;
        var pieces = (bytes.Length + PieceBytes - 1) / PieceBytes;
        for (var piece = 0; piece < pieces; piece++)
        {
            var start = piece * PieceBytes;
            await parts.Exchange.WriteSnapshotAsync(transport, step, piece, bytes.AsMemory(start, Math.Min(PieceBytes, bytes.Length - start)));
            CrashPoint.Reach("worker.mid-snapshot");
        }

        await parts.Jobs.SetFieldsAsync(
            parts.Ticket.Id, null, parts.Ticket.Incarnation,
            ("snapshot", $"{step}|{parts.Ticket.Incarnation}|{pieces}|{bytes.Length}|{hash}|{PayloadDigest.Of(bytes)}|{transport}"), ("snapshotWanted", ""));
    }
}
