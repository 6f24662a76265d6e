using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>Tells during a backward which gradients are final already, so that they can travel while the others are computed.</summary>
/// <remarks>
/// Networks pass values through <see cref="Mark"/>, an identity. libtorch differentiates what was computed last first; when the
/// gradient of a marked value arrives, all that was computed from it, and all parameters used there, are done. A forward that passes a
/// mark several times is done with it when its gradient has arrived as often.
/// </remarks>
internal sealed class GradientProgress
{
    private readonly BackwardRemains _remains = new();
    private Dictionary<long, int> _open = [];
    private long _final;

    /// <summary>Takes the first offset from which on all gradients are final; called by the thread of the backward. Null: nobody wants to know.</summary>
    public Action<long>? Report { get; set; }

    /// <summary>Begins a forward: what it marks counts for its own backward only.</summary>
    public void BeginForward() => _open = [];

    /// <summary>Begins the backwards of a shard, whatever became of those before: no gradient is final.</summary>
    public void Begin() => _final = 0;

    /// <summary>Says that the next backward adds the last contributions to the gradients.</summary>
    public void BeginLastBackward() => _final = long.MaxValue;

    /// <summary>Ends the backward, and throws what a report has thrown.</summary>
    public void End()
    {
        Begin();
        _remains.End();
    }

    /// <summary>Marks a value.</summary>
    /// <param name="value">The value; borrowed.</param>
    /// <param name="offset">From where on all parameters are used only for what is computed from the value.</param>
    /// <returns>The same value, in the caller's scope.</returns>
    public Tensor Mark(Tensor value, long offset)
    {
        if (Report is null || !is_grad_enabled() || !value.requires_grad)
        {
            return value;
        }

        var open = _open;
        open[offset] = open.GetValueOrDefault(offset) + 1;
        return Identity.apply(value, (Action<Tensor>)(gradient => Arrive(open, offset, gradient)));
    }

    private void Arrive(Dictionary<long, int> open, long offset, Tensor gradient)
    {
        try
        {
            _remains.Release();
            _remains.Return(gradient);
            if (--open[offset] == 0 && offset < _final)
            {
                _final = offset;
                Report?.Invoke(offset);
            }
        }
#pragma warning disable CA1031 // Whatever it is: an exception here would end the process; End throws it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _remains.Fail(error);
        }
    }

    private sealed class Identity : autograd.SingleTensorFunction<Identity>
    {
        private const string Arrived = "arrived";

        public override string Name => nameof(GradientProgress);

        public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
        {
            context.save_data(Arrived, arguments[1]);
            context.set_materialize_grads(false);
            return ((Tensor)arguments[0]).alias();
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
        {
            ((Action<Tensor>)context.get_data(Arrived))(gradient.DetachFromDisposeScope());
            return [gradient, null!];
        }
    }
}
