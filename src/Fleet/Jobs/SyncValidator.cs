namespace LightlyCluster.Fleet.Jobs;

/// <summary>Says what of <c>sync</c> cannot be used.</summary>
internal static class SyncValidator
{
    private const int LocalStepsMaximum = 1000;

    /// <summary>Checks every field.</summary>
    public static void Check(SyncSpecification sync, ViolationCollector violations)
    {
        violations.RequireWord("sync.transport", sync.Transport, JobVocabulary.Transports);
        violations.RequireWord("sync.wire", sync.Wire, JobVocabulary.Wires);
        if (sync.IsLocal)
        {
            violations.RequireRange("sync.localSteps", sync.LocalSteps, 1, LocalStepsMaximum, "batches that a replica trains on by itself in a round");
            violations.RequireNumber("sync.outerLearningRate", sync.OuterLearningRate, 1e-6, 10, "the usual value is 0.7; 1 with momentum 0 takes the mean");
            violations.RequireNumber("sync.outerMomentum", sync.OuterMomentum, 0, 0.999999, "the usual value is 0.9");
            return;
        }

        RequireUnset("sync.localSteps", $"{sync.LocalSteps}", sync.LocalSteps == 1, sync, violations);
        RequireUnset(
            "sync.outerLearningRate", $"{sync.OuterLearningRate:R}", sync.OuterLearningRate == SyncSpecification.DefaultOuterLearningRate, sync, violations);
        RequireUnset("sync.outerMomentum", $"{sync.OuterMomentum:R}", sync.OuterMomentum == SyncSpecification.DefaultOuterMomentum, sync, violations);
    }

    private static void RequireUnset(string path, string value, bool isUnset, SyncSpecification sync, ViolationCollector violations)
    {
        if (!isUnset)
        {
            violations.Add(
                path, value,
                $"{path} is {value}, but sync.transport is {sync.Transport}, which exchanges after every batch; "
                + $"leave it out, or use sync.transport {JobVocabulary.TransportLocalSgd}");
        }
    }
}
