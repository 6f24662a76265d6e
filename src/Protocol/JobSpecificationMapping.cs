using Google.Protobuf.Collections;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Protocol;

/// <summary>Between the specification on the wire and the one that is worked with.</summary>
public static class JobSpecificationMapping
{
    /// <summary>Applies every default. Accepts anything: what cannot be used is found by <see cref="JobSpecificationValidator"/>.</summary>
    public static JobSpecification FromWire(TrainingJobSpec wire)
    {
        var method = ReadMethod(wire.Method ?? new MethodSpec());
        var embed = ReadEmbed(wire.Embed ?? new EmbedSpec());
        var sync = ReadSync(wire.Sync ?? new SyncSpec());
        var train = embed.IsWanted ? TrainOfEmbedding(embed, wire.Backbone?.NumSplits ?? 0) : ReadTrain(wire.Train ?? new TrainSpec());
        return new JobSpecification
        {
            Data = ReadData(wire.Data ?? new DataSpec()),
            Method = method,
            Backbone = ReadBackbone(wire.Backbone ?? new BackboneSpec()),
            Transforms = ReadTransforms(wire.Transforms ?? new TransformsSpec(), method.Name),
            Train = train,
            Optimizer = ReadOptimizer(wire.Optimizer ?? new OptimizerSpec(), method.Name, sync.IsLocal ? train.BatchSize / Math.Max(1, train.Shards) : train.BatchSize),
            Schedule = ReadSchedule(wire.Schedule ?? new ScheduleSpec()),
            Workers = ReadWorkers(wire.Workers ?? new WorkersSpec()),
            Sync = sync,
            Checkpoint = ReadCheckpoint(wire.Checkpoint ?? new CheckpointSpec()),
            Evaluate = ReadEvaluate(wire.Evaluate ?? new EvaluateSpec()),
            Resources = ReadResources(wire.Resources ?? new ResourcesSpec()),
            Embed = embed,
        };
    }

    /// <summary>Writes every value; <see cref="FromWire"/> of the result is equal to the argument.</summary>
    public static TrainingJobSpec ToWire(JobSpecification specification) => new()
    {
        Data = WriteData(specification.Data),
        Method = WriteMethod(specification.Method),
        Backbone = WriteBackbone(specification.Backbone),
        Transforms = WriteTransforms(specification.Transforms),
        Train = WriteTrain(specification.Train),
        Optimizer = new OptimizerSpec
        {
            Name = specification.Optimizer.Name,
            LearningRate = specification.Optimizer.LearningRate,
            Momentum = specification.Optimizer.Momentum,
            WeightDecay = specification.Optimizer.WeightDecay,
            DecayEverything = specification.Optimizer.DecayEverything,
            Beta1 = specification.Optimizer.Beta1,
            Beta2 = specification.Optimizer.Beta2,
        },
        Schedule = new ScheduleSpec { Name = specification.Schedule.Name, WarmupSteps = specification.Schedule.WarmupSteps },
        Workers = new WorkersSpec
        {
            Min = specification.Workers.Min,
            Max = specification.Workers.Max,
            Priority = specification.Workers.Priority,
        },
        Sync = WriteSync(specification.Sync),
        Checkpoint = new CheckpointSpec
        {
            Every = specification.Checkpoint.Every,
            Keep = specification.Checkpoint.Keep,
            Uri = specification.Checkpoint.Uri,
            ResumeFrom = specification.Checkpoint.ResumeFrom,
            StopAfterStep = specification.Checkpoint.StopAfterStep,
        },
        Evaluate = new EvaluateSpec { Knn = specification.Evaluate.Knn, TestPath = specification.Evaluate.TestPath },
        Resources = new ResourcesSpec
        {
            Device = specification.Resources.Device,
            Threads = specification.Resources.Threads,
            CacheMegabytes = specification.Resources.CacheMegabytes,
        },
        Embed = specification.Embed.IsWanted ? WriteEmbed(specification.Embed) : null,
    };

    private static DataSpecification ReadData(DataSpec wire) => new()
    {
        Source = wire.Source.Length > 0 ? wire.Source : SourceOf(wire.Path),
        Path = wire.Path,
        ImageSize = wire.HasImageSize ? wire.ImageSize : JobDefaults.ImageSize,
        OnError = Word(wire.OnError, JobVocabulary.OnErrorFail),
        Endpoint = wire.Endpoint,
        Region = wire.Region,
    };

    private static string SourceOf(string path) =>
        path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase) ? JobVocabulary.SourceTar : JobVocabulary.Auto;

    private static DataSpec WriteData(DataSpecification data) => new()
    {
        Source = data.Source,
        Path = data.Path,
        ImageSize = data.ImageSize,
        OnError = data.OnError,
        Endpoint = data.Endpoint,
        Region = data.Region,
    };

    private static MethodSpecification ReadMethod(MethodSpec wire)
    {
        var name = Word(wire.Name, MethodCatalog.SimClr);
        var definition = wire.Plugin.Length > 0 ? null : MethodCatalog.Find(name);
        var loss = wire.Loss.Length > 0 ? LossCatalog.Find(wire.Loss)?.Name ?? wire.Loss : definition?.Losses[0] ?? "";
        return new MethodSpecification
        {
            Name = definition?.Name ?? name,
            Loss = loss,
            Regularizers = new(wire.Regularizers.Select(ReadRegularizer)),
            Plugin = wire.Plugin,
            Parameters = definition?.Resolve(loss, wire.Parameters) ?? new ParameterValues(wire.Parameters),
        };
    }

    private static RegularizerSpecification ReadRegularizer(RegularizerSpec wire)
    {
        var definition = RegularizerCatalog.Find(wire.Name);
        return new(definition?.Name ?? wire.Name, definition?.Resolve(wire.Parameters) ?? new ParameterValues(wire.Parameters));
    }

    private static MethodSpec WriteMethod(MethodSpecification method)
    {
        var wire = new MethodSpec { Name = method.Name, Loss = method.Loss, Plugin = method.Plugin };
        AddAll(wire.Parameters, method.Parameters);
        foreach (var regularizer in method.Regularizers)
        {
            var item = new RegularizerSpec { Name = regularizer.Name };
            AddAll(item.Parameters, regularizer.Parameters);
            wire.Regularizers.Add(item);
        }

        return wire;
    }

    private static BackboneSpecification ReadBackbone(BackboneSpec wire)
    {
        var name = Word(wire.Name, BackboneCatalog.Default);
        return new()
        {
            Name = BackboneCatalog.Find(name)?.Name ?? name,
            Width = wire.HasWidth ? wire.Width : 1,
            Stem = Word(wire.Stem, JobVocabulary.Auto),
            NumSplits = wire.NumSplits,
            StemActivation = !wire.HasStemActivation || wire.StemActivation,
            Weights = wire.Weights,
            PatchSize = wire.PatchSize,
            EmbeddingDim = wire.EmbeddingDim,
        };
    }

    private static BackboneSpec WriteBackbone(BackboneSpecification backbone) => new()
    {
        Name = backbone.Name,
        Width = backbone.Width,
        Stem = backbone.Stem,
        NumSplits = backbone.NumSplits,
        StemActivation = backbone.StemActivation,
        Weights = backbone.Weights,
        PatchSize = backbone.PatchSize,
        EmbeddingDim = backbone.EmbeddingDim,
    };

    private static TransformsSpecification ReadTransforms(TransformsSpec wire, string method)
    {
        var invariances = wire.Invariances ?? new InvariancesSpec();
        var preset = Word(wire.Preset, MethodCatalog.Find(method)?.Preset ?? TransformCatalog.SimClr);
        return new TransformsSpecification
        {
            Preset = TransformCatalog.FindPreset(preset) ?? preset,
            Overrides = new ParameterValues(wire.Overrides),
            Invariances = new InvariancesSpecification
            {
                Shape = !invariances.HasShape || invariances.Shape,
                Texture = !invariances.HasTexture || invariances.Texture,
                Color = !invariances.HasColor || invariances.Color,
            },
        };
    }

    private static TransformsSpec WriteTransforms(TransformsSpecification transforms)
    {
        var wire = new TransformsSpec
        {
            Preset = transforms.Preset,
            Invariances = new InvariancesSpec
            {
                Shape = transforms.Invariances.Shape,
                Texture = transforms.Invariances.Texture,
                Color = transforms.Invariances.Color,
            },
        };
        AddAll(wire.Overrides, transforms.Overrides);
        return wire;
    }

    private static TrainSpecification ReadTrain(TrainSpec wire)
    {
        var batchSize = wire.HasBatchSize ? wire.BatchSize : JobDefaults.BatchSize;
        return new TrainSpecification
        {
            BatchSize = batchSize,
            Shards = wire.Shards != 0 ? wire.Shards : JobDefaults.ShardCount(batchSize),
            Epochs = wire.HasEpochs ? wire.Epochs : wire.HasSteps ? 0 : JobDefaults.Epochs,
            Steps = wire.Steps,
            Seed = wire.HasSeed ? wire.Seed : JobDefaults.Seed,
            Precision = Word(wire.Precision, JobVocabulary.PrecisionSingle),
            Recompute = wire.Recompute,
            VerifyEvery = wire.HasVerifyEvery ? wire.VerifyEvery : 1,
        };
    }

    private static TrainSpec WriteTrain(TrainSpecification train)
    {
        var wire = new TrainSpec
        {
            BatchSize = train.BatchSize,
            Shards = train.Shards,
            Seed = train.Seed,
            Precision = train.Precision,
            Recompute = train.Recompute,
            VerifyEvery = train.VerifyEvery,
        };
        if (train.Epochs != 0)
        {
            wire.Epochs = train.Epochs;
        }

        if (train.Steps != 0 || train.Epochs == 0)
        {
            wire.Steps = train.Steps;
        }

        return wire;
    }

    private static OptimizerSpecification ReadOptimizer(OptimizerSpec wire, string method, int batchSize)
    {
        var defaults = OptimizerDefaults.For(MethodCatalog.Find(method), wire.Name);
        return new()
        {
            Name = Word(wire.Name, defaults.Name),
            LearningRate = wire.HasLearningRate ? wire.LearningRate : defaults.LearningRateOf(batchSize),
            Momentum = wire.HasMomentum ? wire.Momentum : JobDefaults.Momentum,
            WeightDecay = wire.HasWeightDecay ? wire.WeightDecay : defaults.WeightDecay,
            DecayEverything = wire.DecayEverything,
            Beta1 = wire.HasBeta1 ? wire.Beta1 : JobDefaults.Beta1,
            Beta2 = wire.HasBeta2 ? wire.Beta2 : JobDefaults.Beta2,
        };
    }

    private static ScheduleSpecification ReadSchedule(ScheduleSpec wire) => new()
    {
        Name = Word(wire.Name, JobVocabulary.ScheduleCosine),
        WarmupSteps = wire.HasWarmupSteps ? wire.WarmupSteps : ScheduleSpecification.AutomaticWarmup,
    };

    private static WorkersSpecification ReadWorkers(WorkersSpec wire) => new()
    {
        Min = wire.HasMin ? wire.Min : 1,
        Max = wire.Max,
        Priority = wire.Priority,
    };

    private static SyncSpecification ReadSync(SyncSpec wire) => new()
    {
        Transport = Word(wire.Transport, JobVocabulary.TransportRedis),
        Wire = Word(wire.Wire, JobVocabulary.WireSingle),
        LocalSteps = wire.HasLocalSteps ? wire.LocalSteps
            : wire.Transport == JobVocabulary.TransportLocalSgd ? SyncSpecification.DefaultLocalSteps : 1,
        OuterLearningRate = wire.HasOuterLearningRate ? wire.OuterLearningRate : SyncSpecification.DefaultOuterLearningRate,
        OuterMomentum = wire.HasOuterMomentum ? wire.OuterMomentum : SyncSpecification.DefaultOuterMomentum,
    };

    // What only local SGD has is written for it alone, or where it was given by mistake, to be found.
    private static SyncSpec WriteSync(SyncSpecification sync)
    {
        var wire = new SyncSpec { Transport = sync.Transport, Wire = sync.Wire };
        if (sync.IsLocal || sync.LocalSteps != 1)
        {
            wire.LocalSteps = sync.LocalSteps;
        }

        if (sync.IsLocal || sync.OuterLearningRate != SyncSpecification.DefaultOuterLearningRate)
        {
            wire.OuterLearningRate = sync.OuterLearningRate;
        }

        if (sync.IsLocal || sync.OuterMomentum != SyncSpecification.DefaultOuterMomentum)
        {
            wire.OuterMomentum = sync.OuterMomentum;
        }

        return wire;
    }

    private static CheckpointSpecification ReadCheckpoint(CheckpointSpec wire) => new()
    {
        Every = wire.Every,
        Keep = wire.HasKeep ? wire.Keep : JobDefaults.CheckpointsKept,
        Uri = wire.Uri,
        ResumeFrom = wire.ResumeFrom,
        StopAfterStep = wire.StopAfterStep,
    };

    private static EvaluateSpecification ReadEvaluate(EvaluateSpec wire) => new()
    {
        Knn = !wire.HasKnn || wire.Knn,
        TestPath = wire.TestPath,
    };

    private static ResourcesSpecification ReadResources(ResourcesSpec wire) => new()
    {
        Device = Word(wire.Device, JobVocabulary.Auto),
        Threads = wire.HasThreads ? wire.Threads : 1,
        CacheMegabytes = wire.HasCacheMegabytes ? wire.CacheMegabytes : ResourcesSpecification.CacheMegabytesDefault,
    };

    private static EmbedSpecification ReadEmbed(EmbedSpec wire) => new()
    {
        Weights = wire.Weights,
        Out = wire.Out,
        Format = wire.Format,
        Head = Word(wire.Head, JobVocabulary.Auto),
        Pca = wire.Pca,
        BlockImages = wire.BlockImages == 0 ? EmbedSpecification.DefaultBlockImages : wire.BlockImages,
    };

    private static EmbedSpec WriteEmbed(EmbedSpecification embed) => new()
    {
        Weights = embed.Weights,
        Out = embed.Out,
        Format = embed.Format,
        Head = embed.Head,
        Pca = embed.Pca,
        BlockImages = embed.BlockImages,
    };

    /// <summary>An embedding job has no steps; its shards only bound the number of workers.</summary>
    private static TrainSpecification TrainOfEmbedding(EmbedSpecification embed, int splits) => ReadTrain(new TrainSpec
    {
        BatchSize = EmbedSpecification.ShardCount * Math.Max(2, embed.BlockImages) * Math.Max(1, splits),
        Shards = EmbedSpecification.ShardCount,
        Steps = 1,
    });

    private static string Word(string value, string standard) => value.Length > 0 ? value : standard;

    private static void AddAll(MapField<string, double> target, ParameterValues values)
    {
        foreach (var (name, value) in values)
        {
            target.Add(name, value);
        }
    }
}
