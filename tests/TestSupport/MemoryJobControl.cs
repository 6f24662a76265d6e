using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.TestSupport;

/// <summary>The verbs of control_job.lua.</summary>
internal static class MemoryJobControl
{
    public static bool TryApply(MemoryKeys keys, MemoryJobKeys names, JobState state, JobControl control)
    {
        switch (control.Verb)
        {
            case ControlVerb.Cancel:
                if (!state.HasEnded())
                {
                    Store(keys, names, ("state", "Cancelled"), ("reason", control.Reason), ("message", control.Message), ("ended", $"{control.NowMilliseconds}"));
                }

                return true;
            case ControlVerb.Delete:
                if (!state.HasEnded() && state != JobState.Paused)
                {
                    return false;
                }

                MemoryTenant.Forget(keys, new JobRecord(keys.Hash(names.Job)).Tenant, names.Id);
                names.Record.ForEach(keys.Delete);
                keys.OpenHash(MemoryJobKeys.Jobs).Remove(names.Id);
                return true;
            case ControlVerb.Pause when state == JobState.Queued:
                Store(keys, names, ("state", "Paused"), ("reason", "Paused"), ("message", "Paused by a client."));
                return true;
            case ControlVerb.Pause when state == JobState.Running:
                Store(keys, names, ("pauseRequested", "1"), ("pauseReason", ""), ("pauseMessage", ""));
                return true;
            case ControlVerb.Resume when !state.HasEnded():
                Store(keys, names, ("pauseRequested", "0"), ("pauseReason", ""), ("pauseMessage", ""));
                if (state == JobState.Paused)
                {
                    Store(keys, names, ("state", "Queued"), ("reason", ""), ("message", ""), ("stopAfter", "0"));
                }

                return true;
            default:
                return !state.HasEnded();
        }
    }

    private static void Store(MemoryKeys keys, MemoryJobKeys names, params (string Name, string Value)[] fields)
    {
        foreach (var (name, value) in fields)
        {
            keys.OpenHash(names.Job)[name] = value;
        }
    }
}
