using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Checkpoints;

/// <summary>Starts a network from weights of a file, with torchvision's, timm's or lightly's names.</summary>
public static class PretrainedWeights
{
    private static readonly string[] Prefixes =
        ["state_dict.", "model_state_dict.", "model.", "module.", "teacher.", "student.", "backbone.", "encoder.", "resnet.", "trunk."];

    private static readonly string[] ClassifierNames = ["fc.", "head.", "linear.", "classifier."];

    /// <summary>Copies the weights of a file into a network.</summary>
    /// <remarks>
    /// Prefixes that all wanted names share ("module.", "backbone.") are left away, lightly's "shortcut" is read as "downsample", and a
    /// classifier that the network does not have is ignored. Everything else must fit exactly.
    /// </remarks>
    /// <param name="network">The network; its parameters and buffers are changed in place.</param>
    /// <param name="path">A safetensors file, or a PyTorch state dictionary (.pt, .pth, .bin, .ckpt).</param>
    /// <returns>Names in the file that were not used (classifiers, other parts of a model).</returns>
    /// <exception cref="CheckpointException">The file cannot be read, lacks weights, or their shapes do not fit.</exception>
    public static IReadOnlyList<string> Load(nn.Module network, string path)
    {
        using var content = Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase)
            ? Safetensors.Read(path)
            : PyTorchStateDictionary.Read(path);
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var wanted = network.named_parameters().Select(pair => (pair.name, Tensor: (Tensor)pair.parameter))
            .Concat(network.named_buffers().Select(pair => (pair.name, Tensor: pair.buffer)))
            .ToDictionary(pair => pair.name, pair => pair.Tensor, StringComparer.Ordinal);
        var given = Rename(content.Tensors.Keys, [.. wanted.Keys]);
        RequireFit(path, wanted, given, content.Tensors);
        foreach (var (name, tensor) in wanted)
        {
            if (given.TryGetValue(name, out var source))
            {
                tensor.copy_(content.Tensors[source]);
            }
        }

        var used = given.Where(pair => wanted.ContainsKey(pair.Key)).Select(pair => pair.Value).ToHashSet(StringComparer.Ordinal);
        return [.. content.Tensors.Keys.Where(name => !used.Contains(name))];
    }

    /// <summary>Our name of each of the file's names, with the prefix that fits most of the network.</summary>
    private static Dictionary<string, string> Rename(IEnumerable<string> names, IReadOnlyList<string> wanted)
    {
        var all = names.ToList();
        var candidates = all.SelectMany(PrefixesOf).Distinct(StringComparer.Ordinal);
        return candidates
            .Select(prefix => all
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .ToDictionary(name => OurName(name[prefix.Length..]), name => name, StringComparer.Ordinal))
            .MaxBy(renamed => wanted.Count(renamed.ContainsKey))!;
    }

    private static IEnumerable<string> PrefixesOf(string name)
    {
        var length = 0;
        yield return "";
        while (Prefixes.FirstOrDefault(prefix => name.AsSpan(length).StartsWith(prefix, StringComparison.Ordinal)) is { } found)
        {
            length += found.Length;
            yield return name[..length];
        }
    }

    private static string OurName(string name)
    {
        var renamed = name.Replace(".shortcut.", ".downsample.", StringComparison.Ordinal);
        return renamed.StartsWith("linear.", StringComparison.Ordinal) ? "fc." + renamed["linear.".Length..] : renamed;
    }

    private static void RequireFit(
        string path,
        Dictionary<string, Tensor> wanted,
        Dictionary<string, string> given,
        IReadOnlyDictionary<string, Tensor> tensors)
    {
        // Older files have no count of batches; it does not influence the features.
        var missing = wanted.Keys
            .Where(name => !given.ContainsKey(name) && !name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).ToList();
        if (missing.Count > 0)
        {
            throw new CheckpointException(
                $"{path} belongs to another model: it lacks {missing.Count} of {wanted.Count} tensors, for example '{missing[0]}'. "
                + $"It has, for example, '{tensors.Keys.First()}'.");
        }

        foreach (var (name, tensor) in wanted)
        {
            if (given.TryGetValue(name, out var source) && !tensors[source].shape.SequenceEqual(tensor.shape))
            {
                throw new CheckpointException(
                    $"{path} belongs to another model: '{source}' has shape [{string.Join(", ", tensors[source].shape)}], "
                    + $"but [{string.Join(", ", tensor.shape)}] is needed. Check the backbone's name, width and stem.");
            }
        }

        var unknown = given.Keys.FirstOrDefault(name =>
            !wanted.ContainsKey(name)
            && name.StartsWith("layer", StringComparison.Ordinal)
            && !ClassifierNames.Any(classifier => name.StartsWith(classifier, StringComparison.Ordinal)));
        if (unknown is not null)
        {
            throw new CheckpointException(
                $"{path} belongs to a larger model: it has '{given[unknown]}', which this backbone does not. Check the backbone's name.");
        }
    }
}
