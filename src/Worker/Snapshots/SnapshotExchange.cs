using System.Buffers.Binary;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Steps;
using static TorchSharp.torch;

namespace LightlyCluster.Worker.Snapshots;

/// <summary>Hands a whole state to a worker that joins: pieces in DATA, their description in META.</summary>
internal sealed class SnapshotExchange(JobContext context, TrainingThread training, IJobStore jobs, IPayloadStore payloads, string incarnation)
{
    private const int PieceBytes = 512 * 1024;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>Publishes the state that this worker holds and keeps payloads from it on.</summary>
    public async Task PublishAsync(JobRecord job)
    {
        var step = context.Step;
        if (!await jobs.SetFieldsAsync(context.Id, job.Generation, incarnation, ("retainFrom", $"{step}")))
        {
            return;
        }

        var (bytes, hash) = await training.RunAsync(() => (Pack(context.Method.State), StateHash.Compute(context.Method.State, step)));
        var pieces = (bytes.Length + PieceBytes - 1) / PieceBytes;
        for (var piece = 0; piece < pieces; piece++)
        {
            var start = piece * PieceBytes;
            await payloads.WriteAsync(
                payloads.SnapshotKey(context.Id, step, incarnation, piece), bytes.AsMemory(start, Math.Min(PieceBytes, bytes.Length - start)), Life);
        }

        await jobs.SetFieldsAsync(
            context.Id, null, incarnation,
            ("snapshot", $"{step}|{incarnation}|{pieces}|{bytes.Length}|{hash}|{PayloadDigest.Of(bytes)}"), ("snapshotWanted", ""));
    }

    /// <summary>Loads the newest snapshot.</summary>
    /// <returns>False when there is none newer than what this worker holds, or its bytes are gone.</returns>
    public async Task<bool> TryLoadAsync(JobRecord job)
    {
        var parts = job.Snapshot.Split('|');
        if (parts.Length != 6 || long.Parse(parts[0]) <= context.Step || long.Parse(parts[0]) < job.RetainFrom)
        {
            return false;
        }

        var (step, pieces) = (long.Parse(parts[0]), int.Parse(parts[2]));
        var bytes = new byte[int.Parse(parts[3])];
        for (var piece = 0; piece < pieces; piece++)
        {
            var start = piece * PieceBytes;
            var target = bytes.AsMemory(start, Math.Min(PieceBytes, bytes.Length - start));
            if (!await payloads.TryReadPieceAsync(payloads.SnapshotKey(context.Id, step, parts[1], piece), target))
            {
                return false;
            }
        }

        if (PayloadDigest.Of(bytes) != parts[5])
        {
            return false;
        }

        return await training.RunAsync(() =>
        {
            Unpack(bytes, context.Method.State);
            context.Step = step;
            return StateHash.Compute(context.Method.State, step) == parts[4];
        });
    }

    private static byte[] Pack(IReadOnlyList<(string Name, Tensor Tensor)> state)
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        Span<byte> length = stackalloc byte[8];
        foreach (var (_, tensor) in state)
        {
            var bytes = tensor.detach().cpu().contiguous().bytes;
            BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
            stream.Write(length);
            stream.Write(bytes);
        }

        return stream.ToArray();
    }

    private static void Unpack(byte[] packed, IReadOnlyList<(string Name, Tensor Tensor)> state)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var offset = 0;
        foreach (var (_, tensor) in state)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(packed.AsSpan(offset));
            var host = empty(tensor.shape, tensor.dtype);
            packed.AsSpan(offset + 8, length).CopyTo(host.bytes);
            tensor.copy_(host);
            offset += 8 + length;
        }
    }
}
