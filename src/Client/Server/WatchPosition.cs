using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Server;

/// <summary>What of a watched job was seen, so that a repeated stream tells nothing twice.</summary>
internal sealed class WatchPosition
{
    private long _lastLine;

    /// <summary>Starts at a step.</summary>
    public WatchPosition(long nextStep) => NextStep = nextStep;

    /// <summary>The first step that was not seen.</summary>
    public long NextStep { get; private set; }

    /// <summary>The job as it was last seen; null before.</summary>
    public TrainingJob? Job { get; private set; }

    /// <summary>Notes an event; false where it was seen before or says nothing.</summary>
    public bool IsNew(WatchTrainingJobResponse happened)
    {
        switch (happened.EventCase)
        {
            case WatchTrainingJobResponse.EventOneofCase.Job:
                Job = happened.Job;
                return true;
            case WatchTrainingJobResponse.EventOneofCase.Step when happened.Step.Step >= NextStep:
                NextStep = happened.Step.Step + 1;
                return true;
            case WatchTrainingJobResponse.EventOneofCase.Log when happened.Log.Sequence > _lastLine:
                _lastLine = happened.Log.Sequence;
                return true;
            default:
                return false;
        }
    }
}
