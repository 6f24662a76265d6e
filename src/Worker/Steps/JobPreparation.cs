using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Datasets.Storage;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.SelfSupervised.Training.Local;
using LightlyCluster.SelfSupervised.Transforms;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Snapshots;
using LightlyCluster.Worker.Steps.Wire;

namespace LightlyCluster.Worker.Steps;

/// <summary>Prepares a job: reads the index of the data, builds the model, draws or loads the first state.</summary>
internal static class JobPreparation
{
    /// <summary>Opens the training data, which may have to be brought here first.</summary>
    /// <exception cref="DatasetException">The data cannot be used.</exception>
    /// <exception cref="IOException">The storage cannot be reached.</exception>
    /// <exception cref="JobSpecificationException">A path leads out of the folders that the job may use.</exception>
    public static async Task<ImageSource> OpenAsync(JobTicket ticket, CancellationToken cancellationToken)
    {
        AllowedPaths.Require(ticket);
        return await OpenAsync(ticket.Specification, cancellationToken);
    }

    /// <summary>Opens the training data of a specification, wherever it is.</summary>
    /// <exception cref="DatasetException">The data cannot be used.</exception>
    /// <exception cref="IOException">The storage cannot be reached.</exception>
    public static Task<ImageSource> OpenAsync(JobSpecification specification, CancellationToken cancellationToken) =>
        OpenAsync(specification, specification.Data.Path, specification.Data.Source, cancellationToken);

    /// <summary>Opens the images that accuracy is measured on; null where the job names none.</summary>
    /// <exception cref="DatasetException">The data cannot be used.</exception>
    /// <exception cref="IOException">The storage cannot be reached.</exception>
    public static async Task<ImageSource?> OpenTestAsync(JobSpecification specification, CancellationToken cancellationToken) =>
        specification.Evaluate.TestPath is { Length: > 0 } path
            ? await OpenAsync(specification, path, JobVocabulary.Auto, cancellationToken)
            : null;

    /// <summary>Prepares. Call on the training thread.</summary>
    /// <exception cref="DatasetException">The data cannot be used.</exception>
    /// <exception cref="JobSpecificationException">The specification cannot be used.</exception>
    public static JobContext Prepare(JobTicket ticket, DeviceChoice device, ImageSource source)
    {
        var specification = ticket.Specification;
        var (batchSize, localSteps) = (specification.Train.BatchSize, specification.Sync.LocalSteps);
        if (source.Manifest.Count < specification.StepImages)
        {
            source.Dispose();
            throw new DatasetException(
                $"'{specification.Data.Path}' holds {source.Manifest.Count} images, fewer than one "
                + (localSteps == 1 ? $"batch of {batchSize}. Lower --batch-size, or add images."
                    : $"round of {localSteps} local steps with {batchSize} images each. Lower sync.localSteps or --batch-size, or add images."));
        }

        var loader = new ImageLoader(
            source, specification.Train.Seed, specification.StepImages, specification.Data.OnError == "skip", ticket.ImageCacheBytes);
        var stepsTotal = specification.Train.StepsTotal(loader.StepsPerEpoch);
        var warmup = specification.Schedule.ResolveWarmup(stepsTotal, loader.StepsPerEpoch, localSteps);
        var (views, method) = Build(ticket, device, loader.StepsPerEpoch * localSteps, stepsTotal * localSteps, source);
        var rounds = specification.Sync.IsLocal ? new LocalRounds(method, OptionsOf(specification)) : null;
        var context = new JobContext
        {
            Id = ticket.Id,
            Specification = specification,
            Source = source,
            Loader = loader,
            Views = views,
            Method = method,
            Rounds = rounds,
            Schedule = new(specification.Optimizer.LearningRate, warmup, stepsTotal * localSteps, specification.Schedule.Name == "cosine"),
            Layout = new VectorLayout(
                rounds?.VectorLength ?? method.VectorLength, rounds?.MovedLength ?? (int)method.GradientLength,
                WireFormats.Of(specification.Sync.Wire).ChunkLength),
        };
        if (specification.Checkpoint.ResumeFrom.Length > 0)
        {
            try
            {
                context.Step = CheckpointFiles.Load(specification.Checkpoint.ResumeFrom, context, ticket.NumericClass).Step;
            }
            catch
            {
                context.Dispose();
                throw;
            }
        }

        return context;
    }

    private static LocalRoundOptions OptionsOf(JobSpecification specification) => new(specification.Train.Shards, specification.Sync.LocalSteps)
    {
        OuterLearningRate = specification.Sync.OuterLearningRate,
        OuterMomentum = specification.Sync.OuterMomentum,
    };

    private static (ViewPipeline Views, TrainingMethod Method) Build(
        JobTicket ticket, DeviceChoice device, long batchesPerEpoch, long batchesTotal, ImageSource source)
    {
        try
        {
            var views = ViewFactory.Create(ticket.Specification);
            var method = MethodFactory.Create(
                ticket.Specification, device.Device, batchesPerEpoch, batchesTotal, views, ticket.PluginFolder);
            return (views, method);
        }
        catch (ArgumentException error)
        {
            // What only the learning library knows: values that do not fit together.
            source.Dispose();
            throw new JobSpecificationException(error.Message.Split('\n')[0].Split(" (Parameter '")[0]);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static Task<ImageSource> OpenAsync(JobSpecification specification, string path, string source, CancellationToken cancellationToken)
    {
        var storage = new StorageOptions
        {
            Endpoint = specification.Data.Endpoint,
            Region = specification.Data.Region,
            CacheBytes = specification.Resources.CacheMegabytes * 1_000_000,
        };
        var options = new ImageSourceOptions
        {
            Source = source == JobVocabulary.Auto ? "" : source,
            Storage = storage,
            IsSkippingBadVideos = specification.Data.OnError == JobVocabulary.OnErrorSkip,
        };
        return Task.Run(() => ImageSources.OpenAsync(path, options, cancellationToken), cancellationToken);
    }
}
