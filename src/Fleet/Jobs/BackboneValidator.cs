namespace LightlyCluster.Fleet.Jobs;

/// <summary>Says what of a backbone's part of a specification cannot be used.</summary>
internal static class BackboneValidator
{
    /// <summary>Checks every field, and that the network fits the images.</summary>
    public static void Check(JobSpecification specification, ViolationCollector violations)
    {
        var backbone = specification.Backbone;
        violations.RequireWord("backbone.name", backbone.Name, BackboneCatalog.Names);
        violations.RequireWord("backbone.stem", backbone.Stem, JobVocabulary.Stems);
        if (backbone.Width is not (>= BackboneCatalog.WidthMinimum and <= BackboneCatalog.WidthMaximum))
        {
            violations.Add(
                "backbone.width",
                $"{backbone.Width:R}",
                $"backbone.width is {backbone.Width:R}; allowed is {BackboneCatalog.WidthMinimum:R} (one channel) up to "
                + $"{BackboneCatalog.WidthMaximum:R} (1 = the usual network)");
        }

        violations.RequireRange("backbone.numSplits", backbone.NumSplits, 0, 1024, "0 = ordinary batch normalization");
        violations.RequireRange("backbone.patchSize", backbone.PatchSize, 0, 128, "pixels; 0 = by the size of the images");
        if (BackboneCatalog.Find(backbone.Name) is { IsTransformer: true })
        {
            CheckTransformer(specification, violations);
        }
        else
        {
            CheckNetwork(backbone, specification.Train, violations);
        }
    }

    private static void CheckTransformer(JobSpecification specification, ViolationCollector violations)
    {
        var backbone = specification.Backbone;
        RequireDefault("backbone.width", backbone.Width == 1, $"{backbone.Width:R}", backbone.Name, violations);
        RequireDefault("backbone.numSplits", backbone.NumSplits == 0, $"{backbone.NumSplits}", backbone.Name, violations);
        RequireDefault("backbone.stem", backbone.Stem == JobVocabulary.Auto, backbone.Stem, backbone.Name, violations);
        var (size, patch) = (specification.Data.ImageSize, backbone.ResolvePatchSize(specification.Data.ImageSize));
        if (patch > 0 && size % patch != 0)
        {
            violations.Add(
                "backbone.patchSize",
                $"{patch}",
                $"data.imageSize {size} is no multiple of the patch size {patch}; choose a backbone.patchSize that divides it, or --image-size {Math.Max(1, size / patch) * patch}");
        }
    }

    private static void CheckNetwork(BackboneSpecification backbone, TrainSpecification train, ViolationCollector violations)
    {
        if (backbone.PatchSize != 0)
        {
            violations.Add("backbone.patchSize", $"{backbone.PatchSize}", $"backbone.patchSize fits vision transformers, not {backbone.Name}; leave it out");
        }

        if (backbone.NumSplits > 1 && train.Shards > 0 && train.ShardImages % backbone.NumSplits != 0)
        {
            violations.Add(
                "backbone.numSplits",
                $"{backbone.NumSplits}",
                $"backbone.numSplits {backbone.NumSplits} does not divide the {train.ShardImages} images of a shard; choose a divisor, or another number of --shards");
        }
    }

    private static void RequireDefault(string path, bool isDefault, string value, string name, ViolationCollector violations)
    {
        if (!isDefault)
        {
            violations.Add(path, value, $"{path} fits ResNets, not {name}; leave it out");
        }
    }
}
