using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Optimization;

/// <summary>What changes parameters once a step, by kernels of libtorch that pass over the memory once, on any device.</summary>
/// <remarks>
/// The formulas are PyTorch's own (<c>torch._fused_sgd_</c>, <c>torch._fused_adamw_</c>, <c>torch.lerp</c>), element by element, so the bits do
/// not depend on the number of threads. TorchSharp has no functions for them; its TorchScript does.
/// </remarks>
internal static class FusedUpdates
{
    // The tensors come in lists: what is done to the elements of a list that a function makes itself, TorchScript takes for dead code.
    private static readonly Lazy<jit.CompilationUnit> Script = new(() => jit.compile("""
        def sgd(parameters: List[Tensor], gradients: List[Tensor], velocities: List[Tensor], rate: float, momentum: float, decay: float):
            if momentum == 0.0:
                velocities = []
            torch._fused_sgd_(parameters, gradients, velocities, weight_decay=decay, momentum=momentum, lr=rate, dampening=0.0,
                nesterov=False, maximize=False, is_first_step=False)

        def adamw(parameters: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], steps: List[Tensor],
                rate: float, beta1: float, beta2: float, decay: float, epsilon: float):
            torch._fused_adamw_(parameters, gradients, means, squares, [], steps, lr=rate, beta1=beta1, beta2=beta2,
                weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False)

        def follow(slow: Tensor, fast: Tensor, share: float):
            slow.lerp_(fast, share)

        """));

    /// <summary>d = g + decay * p; v = momentum * v + d; p = p - rate * v.</summary>
    /// <param name="parameters">p, [N]; changed.</param>
    /// <param name="gradient">g, [N]; borrowed.</param>
    /// <param name="velocity">v, [N]; changed, unless the momentum is 0.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="momentum">Share of the old velocity, at least 0.</param>
    /// <param name="decay">Weight decay.</param>
    public static void Sgd(Tensor parameters, Tensor gradient, Tensor velocity, double rate, double momentum, double decay) =>
        Script.Value.invoke("sgd", One(parameters), One(gradient), One(velocity), Number(rate), Number(momentum), Number(decay));

    /// <summary>Adam's step of the corrected mean over the root of the corrected square, after p = p - rate * decay * p.</summary>
    /// <param name="parameters">p, [N]; changed.</param>
    /// <param name="gradient">[N]; borrowed.</param>
    /// <param name="mean">Running mean of the gradient, [N]; changed.</param>
    /// <param name="square">Running mean of its square, [N]; changed.</param>
    /// <param name="step">Number of the step, from 0.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="options">Betas and epsilon.</param>
    /// <param name="decay">Weight decay.</param>
    public static void AdamW(
        Tensor parameters, Tensor gradient, Tensor mean, Tensor square, long step, double rate, OptimizerOptions options, double decay) =>
        Script.Value.invoke(
            "adamw", One(parameters), One(gradient), One(mean), One(square), One(tensor((float)(step + 1), device: parameters.device)),
            Number(rate), Number(options.Beta1), Number(options.Beta2), Number(decay), Number(options.Epsilon));

    /// <summary>The step of a momentum network: slow = (1 - share) * slow + share * fast.</summary>
    /// <param name="slow">Parameters of the momentum network; changed.</param>
    /// <param name="fast">Trained parameters of that shape; borrowed.</param>
    /// <param name="share">0 to 1.</param>
    public static void Follow(Tensor slow, Tensor fast, double share) => Script.Value.invoke("follow", slow, fast, Number(share));

    private static Tensor[] One(Tensor tensor) => [tensor];

    private static TorchSharp.Scalar Number(double value) => LastingScalar.Of(value);
}
