using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>The loss of DINO: the student predicts the teacher's distribution over prototypes from another view.</summary>
/// <remarks>
/// Centering keeps one prototype from dominating, a low teacher temperature keeps the distribution from becoming flat. Source: Caron
/// et al., "Emerging Properties in Self-Supervised Vision Transformers", 2021, equation 3 and algorithm 1,
/// https://arxiv.org/abs/2104.14294. Values equal lightly's, including teacher temperatures rounded to float32. Rows are independent
/// given the centre, whose update needs the mean over the whole batch: <see cref="ViewLosses"/> and <see cref="UpdatedCenter"/> are
/// what a fleet uses. Key: <c>center</c> [1, 1, D].
/// </remarks>
public sealed class DINOLoss : nn.Module<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>, Tensor>
{
    /// <summary>Number of prototypes unless another one is given.</summary>
    public const long DefaultOutputCount = 65536;

    /// <summary>Teacher temperature unless another one is given.</summary>
    public const double DefaultTeacherTemperature = 0.04;

    /// <summary>Student temperature unless another one is given.</summary>
    public const double DefaultStudentTemperature = 0.1;

    /// <summary>Share of the old centre unless another one is given.</summary>
    public const double DefaultCenterMomentum = 0.9;

    private readonly double _warmupTeacherTemperature;
    private readonly double _teacherTemperature;
    private readonly int _warmupEpochs;
    private readonly double _studentTemperature;
    private readonly double _centerMomentum;

    /// <summary>Makes the loss with a centre of zeros.</summary>
    /// <param name="outputDim">Number of prototypes D, at least 1.</param>
    /// <param name="warmupTeacherTemp">Teacher temperature of the first epoch; positive.</param>
    /// <param name="teacherTemp">Teacher temperature after the warm-up; positive.</param>
    /// <param name="warmupTeacherTempEpochs">Number of epochs of the warm-up, 0 or more.</param>
    /// <param name="studentTemp">Student temperature; positive.</param>
    /// <param name="centerMomentum">Share of the old centre in the new one, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public DINOLoss(
        long outputDim = DefaultOutputCount,
        double warmupTeacherTemp = DefaultTeacherTemperature,
        double teacherTemp = DefaultTeacherTemperature,
        int warmupTeacherTempEpochs = 30,
        double studentTemp = DefaultStudentTemperature,
        double centerMomentum = DefaultCenterMomentum)
        : base(nameof(DINOLoss))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputDim, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(warmupTeacherTempEpochs);
        LossInputs.RequireTemperature(warmupTeacherTemp);
        LossInputs.RequireTemperature(teacherTemp);
        LossInputs.RequireTemperature(studentTemp);
        _warmupTeacherTemperature = warmupTeacherTemp;
        _teacherTemperature = teacherTemp;
        _warmupEpochs = warmupTeacherTempEpochs;
        _studentTemperature = studentTemp;
        LossInputs.RequireNumber(centerMomentum, nameof(centerMomentum), 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(centerMomentum, 1);
        _centerMomentum = centerMomentum;
        register_buffer("center", zeros([1, 1, outputDim], float32).DetachFromDisposeScope());
    }

    /// <summary>The centre, [1, 1, D]; owned by the loss.</summary>
    public Tensor Center => _internal_buffers["center"].Item1;

    /// <summary>Computes the loss of a batch at the teacher temperature after the warm-up, and updates the centre.</summary>
    /// <param name="teacherOut">Teacher scores of the global views, each floating point [N, D]; borrowed.</param>
    /// <param name="studentOut">Student scores of all views, the global ones first, each [N, D]; borrowed.</param>
    /// <returns>The mean loss over pairs of different views, []; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or no pair of different views is left.</exception>
    public override Tensor forward(IReadOnlyList<Tensor> teacherOut, IReadOnlyList<Tensor> studentOut) =>
        forward(teacherOut, studentOut, teacherTemp: null, epoch: null);

    /// <summary>Computes the loss of a batch and updates the centre.</summary>
    /// <param name="teacherOut">Teacher scores of the global views, each floating point [N, D]; borrowed.</param>
    /// <param name="studentOut">Student scores of all views, the global ones first, each [N, D]; borrowed.</param>
    /// <param name="teacherTemp">Teacher temperature; null takes the epoch's.</param>
    /// <param name="epoch">Number of the epoch, from 0; null means after the warm-up.</param>
    /// <returns>The mean loss over pairs of different views, []; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or no pair of different views is left.</exception>
    public Tensor forward(IReadOnlyList<Tensor> teacherOut, IReadOnlyList<Tensor> studentOut, double? teacherTemp, int? epoch)
    {
        using var scope = NewDisposeScope();
        RequireViews(teacherOut, studentOut);
        var temperature = teacherTemp ?? TeacherTemperature(epoch ?? _warmupEpochs);
        var center_D = Center.view(-1);
        var losses_N = ViewLosses(teacherOut, studentOut, center_D, temperature, _studentTemperature);
        using (no_grad())
        {
            var batchMean_D = stack(teacherOut).detach().mean([0L, 1L]);
            Center.copy_(UpdatedCenter(center_D, batchMean_D, _centerMomentum).view(1, 1, -1));
        }

        return losses_N.mean().MoveToOuterDisposeScope();
    }

    /// <summary>The teacher temperature of an epoch: linear in the warm-up, then constant.</summary>
    /// <param name="epoch">Number of the epoch, from 0.</param>
    /// <returns>The temperature.</returns>
    public double TeacherTemperature(int epoch)
    {
        if (epoch >= _warmupEpochs)
        {
            return _teacherTemperature;
        }

        using var scope = NewDisposeScope();
        return linspace(_warmupTeacherTemperature, _teacherTemperature, _warmupEpochs, float32)[epoch].item<float>();
    }

    /// <summary>
    /// The loss of each image, the mean over pairs of different views; a shard's share is the sum of its rows over the batch.
    /// </summary>
    /// <param name="teacher">Teacher scores of the global views, each floating point [n, D], taken as constants; borrowed.</param>
    /// <param name="student">Student scores of all views, the global ones first, each [n, D]; borrowed.</param>
    /// <param name="center">The centre, [D], taken as a constant; borrowed.</param>
    /// <param name="teacherTemperature">Rounded to float32, as in lightly; positive.</param>
    /// <param name="studentTemperature">Positive.</param>
    /// <returns>The loss of each row, [n], differentiable in the student's scores; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or no pair of different views is left.</exception>
    public static Tensor ViewLosses(
        IReadOnlyList<Tensor> teacher,
        IReadOnlyList<Tensor> student,
        Tensor center,
        double teacherTemperature = DefaultTeacherTemperature,
        double studentTemperature = DefaultStudentTemperature)
    {
        using var scope = NewDisposeScope();
        RequireViews(teacher, student);
        LossInputs.RequireTemperature(teacherTemperature);
        LossInputs.RequireTemperature(studentTemperature);
        var predictions = student.Select(view => nn.functional.log_softmax(view.Over(studentTemperature), 1)).ToArray();
        var total_N = student[0].new_zeros(student[0].shape[0]);
        var pairCount = 0;
        for (var teacherView = 0; teacherView < teacher.Count; teacherView++)
        {
            var target_ND = nn.functional.softmax(
                teacher[teacherView].detach().sub(center.detach()).Over((float)teacherTemperature), 1);
            for (var studentView = 0; studentView < student.Count; studentView++)
            {
                if (teacherView != studentView)
                {
                    total_N -= (target_ND * predictions[studentView]).sum(1);
                    pairCount++;
                }
            }
        }

        return total_N.Over(pairCount).MoveToOuterDisposeScope();
    }

    /// <summary>The centre after a batch.</summary>
    /// <param name="center">The centre before, [D]; borrowed.</param>
    /// <param name="batchMean">Mean of the teacher's scores over all images of the whole batch and all global views, [D]; borrowed.</param>
    /// <param name="momentum">Share of the old centre, 0 to 1.</param>
    /// <returns>The centre after, [D]; owned by the caller.</returns>
    public static Tensor UpdatedCenter(Tensor center, Tensor batchMean, double momentum = DefaultCenterMomentum)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        return center.Times(momentum).Plus(batchMean.Times(1 - momentum)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    private static void RequireViews(IReadOnlyList<Tensor> teacher, IReadOnlyList<Tensor> student)
    {
        if (teacher.Count == 0 || student.Count == 0 || (teacher.Count == 1 && student.Count == 1))
        {
            throw new ArgumentException(
                "DINOLoss requires at least two views in total (the diagonal matching the same view index is excluded), but got "
                + $"{teacher.Count} teacher view(s) and {student.Count} student view(s), which leaves no cross-view terms to "
                + "compute the loss from.",
                nameof(student));
        }

        LossInputs.RequireViews(teacher, student[0].shape, "teacher");
        LossInputs.RequireViews(student, student[0].shape, "student");
        LossInputs.RequireSameNumbers(teacher[0], student[0]);
    }
}
