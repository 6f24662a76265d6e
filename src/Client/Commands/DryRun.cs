using LightlyCluster.Client.JobFiles;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Runs;
using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Client.Commands;

/// <summary>Shows a job as it would run, and what it needs.</summary>
internal static class DryRun
{
    private const double Mebibyte = 1 << 20;

    /// <summary>Writes the resolved file to standard output and the estimates to standard error.</summary>
    /// <returns>0.</returns>
    public static int Show(Terminal terminal, string name, JobSpecification specification)
    {
        terminal.Print(JobFileWriter.Write(name, specification));
        var workers = LocalPaths.WorkerCount(specification);
        var train = specification.Train;
        var sync = specification.Sync;
        var vector = ModelSize.ReducedValues(specification) * sizeof(float) / Mebibyte;
        var sent = ModelSize.ReducedBytes(specification) / Mebibyte;
        var parameters = ModelSize.TrainedValues(specification) * sizeof(float) / Mebibyte;
        var rows = ModelSize.PublishedValues(specification) * sizeof(float) / Mebibyte;
        terminal.Say($"V = {train.Shards} virtual shards of {train.ShardImages} images; {workers} workers of {specification.Resources.Threads} threads");
        if (sync.IsLocal)
        {
            terminal.Say($"local-sgd: a step is a round of {sync.LocalSteps} local steps in each of {train.Shards} replicas, {specification.StepImages} images");
        }

        var content = sync.IsLocal ? $"movements ({sync.Wire}), momentum and statistics" : $"gradients (backbone and heads, {sync.Wire})";
        terminal.Say($"about {sent:0} MiB of {content} a step: each worker writes up to {sent:0} MiB and reads up to {sent * 2:0} MiB");
        terminal.Say($"about {rows:0.0} MiB of embeddings a step, which every worker reads");
        terminal.Say($"about {(parameters * 2) + (vector * 2) + 250:0} MiB of memory a worker beside activations; the embedded store is given {StoreMemory.Of(specification, workers)}");
        if (train.Steps == 0)
        {
            terminal.Say($"S = floor(number of images / {specification.StepImages}) steps an epoch, {train.Epochs} epochs");
        }

        return (int)ExitCode.Success;
    }
}
