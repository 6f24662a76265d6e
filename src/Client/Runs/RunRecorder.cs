using LightlyCluster.Client.Local;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Runs;

/// <summary>Takes the events of a followed job: keeps its steps, writes them down, shows progress.</summary>
internal sealed class RunRecorder : IDisposable
{
    private const int SpeedSteps = 10;

    private readonly List<MetricsRow> _rows;
    private readonly MetricsFile? _file;
    private readonly RunLog? _log;
    private readonly ProgressLine _progress;
    private readonly int _batchSize;
    private TrainingJob? _job;

    /// <summary>Starts with the steps that were committed before.</summary>
    /// <param name="rows">Those steps.</param>
    /// <param name="metricsPath">File that each new step is added to; null: none.</param>
    /// <param name="log">Receives the job's log lines; null: warnings are shown only.</param>
    /// <param name="progress">Shows progress.</param>
    /// <param name="batchSize">Images in a step.</param>
    public RunRecorder(IEnumerable<MetricsRow> rows, string? metricsPath, RunLog? log, ProgressLine progress, int batchSize)
    {
        _rows = [.. rows];
        _file = metricsPath is null ? null : new MetricsFile(metricsPath);
        _log = log;
        _progress = progress;
        _batchSize = batchSize;
    }

    /// <summary>Every committed step, in order.</summary>
    public IReadOnlyList<MetricsRow> Rows => _rows;

    /// <summary>Takes an event.</summary>
    public void Receive(WatchTrainingJobResponse happened)
    {
        switch (happened.EventCase)
        {
            case WatchTrainingJobResponse.EventOneofCase.Job:
                _job = happened.Job;
                break;
            case WatchTrainingJobResponse.EventOneofCase.Step:
                AddStep(happened.Step);
                break;
            case WatchTrainingJobResponse.EventOneofCase.Log:
                AddLine(happened.Log);
                break;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file?.Dispose();

    private void AddStep(StepMetrics step)
    {
        var row = new MetricsRow(
            step.Step,
            step.Epoch,
            step.Loss,
            step.LearningRate,
            step.StateHash,
            step.Generation,
            step.WorkerCount,
            step.Seconds,
            new SortedDictionary<string, double>(step.Phases, StringComparer.Ordinal),
            step.SamplesDigest);
        _rows.Add(row);
        _file?.Add(row);
        var stepsTotal = Math.Max(_job?.StepsTotal ?? 0, step.Step);
        var epochsTotal = _job?.StepsPerEpoch > 0 ? (stepsTotal + _job.StepsPerEpoch - 1) / _job.StepsPerEpoch : step.Epoch + 1;
        var seconds = _rows.TakeLast(SpeedSteps).Average(recent => recent.Seconds);
        _progress.Show(new StepProgress(
            step.Step,
            stepsTotal,
            step.Epoch + 1,
            epochsTotal,
            step.Loss,
            step.LearningRate,
            seconds > 0 ? _batchSize / seconds : null,
            seconds > 0 ? TimeSpan.FromSeconds(seconds * (stepsTotal - step.Step)) : null));
    }

    private void AddLine(LogLine line)
    {
        var author = line.Worker.Length > 0 ? line.Worker : "job";
        _log?.Write(author, $"{line.Level}: {line.Text}");
        if (line.Level is "warning" or "error")
        {
            _progress.Say($"{author}: {line.Text}");
        }
    }
}
