namespace LightlyCluster.Fleet.Jobs;

/// <summary>Says what of a specification cannot be used. Looks at no files; it is pure.</summary>
public static class JobSpecificationValidator
{
    /// <summary>Checks every field.</summary>
    /// <returns>The violations in the order of the fields; empty where the job can run.</returns>
    public static IReadOnlyList<FieldViolation> Validate(JobSpecification specification)
    {
        var violations = new ViolationCollector();
        CheckData(specification.Data, violations);
        MethodValidator.Check(specification.Method, violations);
        BackboneValidator.Check(specification, violations);
        TransformsValidator.Check(specification.Transforms, violations);
        CheckTrain(specification.Train, violations);
        CheckOptimizer(specification, violations);
        CheckWorkers(specification.Workers, specification.Train.Shards, violations);
        CheckCheckpoint(specification.Checkpoint, specification.Train, violations);
        SyncValidator.Check(specification.Sync, violations);
        violations.RequireWord("resources.device", specification.Resources.Device, JobVocabulary.Devices);
        violations.RequireRange("resources.threads", specification.Resources.Threads, 1, 256);
        CheckEmbed(specification.Embed, specification.Backbone, violations);
        violations.RequireRange("resources.cacheMegabytes", specification.Resources.CacheMegabytes, 1, 1_000_000_000, "megabytes of shards from storage");
        return violations.Violations;
    }

    private static void CheckData(DataSpecification data, ViolationCollector violations)
    {
        if (string.IsNullOrWhiteSpace(data.Path))
        {
            violations.Add("data.path", data.Path, "data.path is missing; name a folder of images or videos, a .tar file or a video (--data PATH)");
        }

        if (data.Endpoint.Length > 0 && !(Uri.TryCreate(data.Endpoint, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"))
        {
            violations.Add("data.endpoint", data.Endpoint, $"data.endpoint is '{data.Endpoint}'; write http://HOST:PORT or https://HOST");
        }

        violations.RequireWord("data.source", data.Source, JobVocabulary.Sources);
        violations.RequireRange("data.imageSize", data.ImageSize, 8, 1024, "pixels; 32 or 64 suit small images, 224 photographs");
        violations.RequireWord("data.onError", data.OnError, JobVocabulary.OnErrors);
    }

    private static void CheckTrain(TrainSpecification train, ViolationCollector violations)
    {
        var isBatchValid = violations.RequireRange("train.batchSize", train.BatchSize, 2, 1 << 20, "images of one global step");
        var isShardsValid = violations.RequireRange("train.shards", train.Shards, 1, 1024, "virtual shards; leave it out for the default");
        if (isBatchValid && isShardsValid)
        {
            CheckShards(train, violations);
        }

        CheckHorizon(train, violations);
        violations.RequireWord("train.precision", train.Precision, JobVocabulary.Precisions);
        violations.RequireRange("train.verifyEvery", train.VerifyEvery, 1, int.MaxValue, "steps");
    }

    private static void CheckShards(TrainSpecification train, ViolationCollector violations)
    {
        if (train.BatchSize % train.Shards != 0)
        {
            var lower = Math.Max(train.Shards, train.BatchSize / train.Shards * train.Shards);
            violations.Add(
                "train.batchSize",
                $"{train.BatchSize}",
                $"train.batchSize {train.BatchSize} is not divisible by train.shards {train.Shards}; "
                + $"use --batch-size {lower} or {(train.BatchSize / train.Shards + 1) * train.Shards}, or another number of --shards");
        }
        else if (train.ShardImages < 2)
        {
            violations.Add(
                "train.shards",
                $"{train.Shards}",
                $"train.shards {train.Shards} leaves 1 image of batch {train.BatchSize} to a shard, and batch normalization needs 2; "
                + $"use at most --shards {train.BatchSize / 2}");
        }
    }

    private static void CheckHorizon(TrainSpecification train, ViolationCollector violations)
    {
        if (train.Steps != 0 && train.Epochs != 0)
        {
            violations.Add(
                "train.steps",
                $"{train.Steps}",
                $"train.steps {train.Steps} and train.epochs {train.Epochs} are both given; keep one of them");
        }
        else if (train.Steps < 0 || train.Epochs < 0 || train.Steps + train.Epochs == 0)
        {
            violations.Add(
                train.Epochs < 0 ? "train.epochs" : "train.steps",
                $"{(train.Epochs < 0 ? train.Epochs : train.Steps)}",
                $"train.steps is {train.Steps} and train.epochs is {train.Epochs}; one of them must be at least 1");
        }
    }

    private static void CheckOptimizer(JobSpecification specification, ViolationCollector violations)
    {
        var optimizer = specification.Optimizer;
        violations.RequireWord("optimizer.name", optimizer.Name, JobVocabulary.Optimizers);
        violations.RequireNumber("optimizer.learningRate", optimizer.LearningRate, 1e-12, 1000, "the default grows with the batch: 0.06 * batchSize / 256 for most methods");
        violations.RequireNumber("optimizer.momentum", optimizer.Momentum, 0, 0.999999, "the usual value is 0.9");
        violations.RequireNumber("optimizer.weightDecay", optimizer.WeightDecay, 0, 1, "the usual value is 0.0005");
        violations.RequireNumber("optimizer.beta1", optimizer.Beta1, 0, 0.999999, "the usual value is 0.9");
        violations.RequireNumber("optimizer.beta2", optimizer.Beta2, 0, 0.99999999, "the usual value is 0.999");
        violations.RequireWord("schedule.name", specification.Schedule.Name, JobVocabulary.Schedules);
        violations.RequireRange(
            "schedule.warmupSteps",
            specification.Schedule.WarmupSteps,
            ScheduleSpecification.AutomaticWarmup,
            specification.Train.Steps > 0 ? specification.Train.Steps : long.MaxValue,
            "steps; -1 = min(10 epochs, 10 % of the steps)");
    }

    private static void CheckWorkers(WorkersSpecification workers, int shards, ViolationCollector violations)
    {
        violations.RequireRange("workers.priority", workers.Priority, -1000, 1000);
        var isMinimumValid = violations.RequireRange("workers.min", workers.Min, 1, 1024);
        if (!violations.RequireRange("workers.max", workers.Max, 0, 1024, "0 = as many as there are shards") || !isMinimumValid)
        {
            return;
        }

        var (path, count) = workers.Max > 0 ? ("workers.max", workers.Max) : ("workers.min", workers.Min);
        if (workers.Max > 0 && workers.Min > workers.Max)
        {
            violations.Add("workers.min", $"{workers.Min}", $"workers.min {workers.Min} is above workers.max {workers.Max}");
        }
        else if (shards > 0 && count > shards)
        {
            violations.Add(
                path,
                $"{count}",
                $"{path} is {count}, but the batch has {shards} virtual {(shards == 1 ? "shard" : "shards")}, and a worker holds at least one; "
                + $"use at most {shards} workers, or more --shards (which changes the result)");
        }
    }

    private static void CheckEmbed(EmbedSpecification embed, BackboneSpecification backbone, ViolationCollector violations)
    {
        if (!embed.IsWanted)
        {
            return;
        }

        violations.RequireWord("embed.head", embed.Head, JobVocabulary.EmbeddingHeads);
        violations.RequireRange("embed.blockImages", embed.BlockImages, 1, 4096, "images that go through the network at once");
        violations.RequireRange("embed.pca", embed.Pca, 0, 65536, "components; 0 = the embeddings as they are");
        if (embed.Head == JobVocabulary.HeadConvolution && backbone.EmbeddingDim == 0)
        {
            violations.Add(
                "embed.head",
                embed.Head,
                "embed.head is conv, but these weights were trained without a low-dimensional head, and an untrained one would be a random "
                + "projection; train with --set backbone.embeddingDim=32, or reduce the features with --pca 32");
        }

        if (embed.Out.Length == 0)
        {
            violations.Add("embed.out", "", "embed.out is missing; name the file of the embeddings (--out FILE)");
        }
    }

    private static void CheckCheckpoint(CheckpointSpecification checkpoint, TrainSpecification train, ViolationCollector violations)
    {
        violations.RequireRange("checkpoint.every", checkpoint.Every, 0, long.MaxValue, "steps; 0 = after each epoch");
        violations.RequireRange("checkpoint.keep", checkpoint.Keep, 0, 100000, "older checkpoints");
        violations.RequireRange(
            "checkpoint.stopAfterStep",
            checkpoint.StopAfterStep,
            0,
            train.Steps > 0 ? train.Steps : long.MaxValue,
            "steps; 0 = run to the end");
    }
}
