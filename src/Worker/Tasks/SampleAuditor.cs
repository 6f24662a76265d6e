using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Worker.Tasks;

/// <summary>
/// Proves that the planned samples were really used: what the log keeps of the samples of each step is computed anew from the seed, the
/// manifest and the contents of the files.
/// </summary>
/// <remarks>Runs after the evaluation, which has met every image, so that no file is read for it.</remarks>
internal sealed class SampleAuditor(IJobComputation computation, IStepStore steps)
{
    private const int StepsAtOnce = 256;

    /// <summary>Audits the steps of the job's log.</summary>
    /// <returns>How many steps agree before the first that does not, and what is wrong with that one; empty when all agree.</returns>
    public async Task<(long Verified, string Difference)> AuditAsync(JobRecord job)
    {
        for (var first = job.BaseStep; first < computation.Step; first += StepsAtOnce)
        {
            var count = (int)Math.Min(StepsAtOnce, computation.Step - first);
            var entries = await steps.ReadEntriesAsync(first, job.BaseStep, count);
            var digests = await computation.SamplesDigestsAsync(first, count);
            for (var index = 0; index < count; index++)
            {
                var logged = index < entries.Count ? entries[index].SamplesDigest : "nothing";
                if (logged != digests[index])
                {
                    var step = first + index;
                    var difference = SamplesDifferException.Describe(step, logged, digests[index], computation.ChangedFiles(job.StartTime));
                    return (step - job.BaseStep, $"{difference} The model is in the output folder, but do not trust it.");
                }
            }
        }

        return (computation.Step - job.BaseStep, "");
    }
}
