using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>Checks and small steps that several losses share; shapes are checked before native code sees them.</summary>
internal static class LossInputs
{
    /// <summary>Smallest distance of a temperature from 0.</summary>
    private const double TemperatureMinimum = 1e-8;

    /// <summary>Refuses a temperature that would divide by (nearly) zero or is not a number.</summary>
    public static void RequireTemperature(double temperature)
    {
        if (!double.IsFinite(temperature) || Math.Abs(temperature) < TemperatureMinimum)
        {
            throw new ArgumentOutOfRangeException(
                nameof(temperature),
                temperature,
                $"Illegal temperature: abs({temperature}) < {TemperatureMinimum}. Usual values are 0.05 to 0.5.");
        }
    }

    /// <summary>Refuses two batches of embeddings that are not both [N, D].</summary>
    public static void RequirePair(Tensor first, Tensor second)
    {
        var firstShape = first.shape;
        var secondShape = second.shape;
        if (firstShape.Length != 2 || firstShape[0] < 1 || firstShape[1] < 1 || !firstShape.SequenceEqual(secondShape))
        {
            throw new ArgumentException(
                $"The loss takes embeddings of two views with the same shape [N, D], not [{string.Join(", ", firstShape)}] "
                + $"and [{string.Join(", ", secondShape)}].",
                nameof(second));
        }

        RequireSameNumbers(first, second);
    }

    /// <summary>Refuses two tensors that are not floating point, or not of the same precision or device.</summary>
    public static void RequireSameNumbers(Tensor first, Tensor second)
    {
        if (!first.is_floating_point() || first.dtype != second.dtype || first.device.type != second.device.type)
        {
            throw new ArgumentException(
                $"Both tensors must be floating point, of the same precision and on the same device, not {first.dtype} on {first.device} "
                + $"and {second.dtype} on {second.device}.",
                nameof(second));
        }
    }

    /// <summary>Refuses a number that is not finite or smaller than allowed.</summary>
    public static void RequireNumber(double value, string name, double minimum = double.NegativeInfinity)
    {
        if (!double.IsFinite(value) || value < minimum)
        {
            var allowed = double.IsFinite(minimum) ? $"{minimum} or more" : "a finite number";
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; allowed is {allowed}.");
        }
    }

    /// <summary>Refuses a batch that is too small for statistics over it.</summary>
    public static void RequireRows(Tensor embeddings, long minimum)
    {
        if (embeddings.shape[0] < minimum)
        {
            throw new ArgumentException(
                $"The loss needs a batch of at least {minimum} images but found {embeddings.shape[0]}.", nameof(embeddings));
        }
    }

    /// <summary>Refuses an empty list of views, or views that are not all [N, D].</summary>
    public static void RequireViews(IReadOnlyList<Tensor> views, long[] shape, string name)
    {
        foreach (var view in views)
        {
            if (view.shape.Length != 2 || view.shape[0] < 1 || view.shape[1] < 1 || !view.shape.SequenceEqual(shape))
            {
                throw new ArgumentException(
                    $"All {name} views must have the same shape [N, D]: [{string.Join(", ", view.shape)}] beside "
                    + $"[{string.Join(", ", shape)}].",
                    nameof(views));
            }

            RequireSameNumbers(views[0], view);
        }
    }

    /// <summary>Refuses a bank that is not [K, D] with the embeddings' D.</summary>
    public static void RequireBank(Tensor embeddings, Tensor bank)
    {
        if (bank.shape.Length != 2 || bank.shape[1] != embeddings.shape[1])
        {
            throw new ArgumentException(
                $"A bank [{string.Join(", ", bank.shape)}] does not fit embeddings [{string.Join(", ", embeddings.shape)}]: "
                + "both must have the same number of columns.",
                nameof(bank));
        }

        if (!bank.is_floating_point())
        {
            throw new ArgumentException($"A bank must be floating point, not {bank.dtype}.", nameof(bank));
        }
    }

    /// <summary>Rows of length 1 (rows shorter than 1e-12 are divided by that).</summary>
    public static Tensor Normalize(Tensor rows) => nn.functional.normalize(rows, p: 2, dim: 1, eps: 1e-12);
}
