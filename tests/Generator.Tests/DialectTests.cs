using AttentionGen.Generator.Dialects;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace AttentionGen.Generator.Tests;

/// <summary>Every dialect spells every operation, the GPU's column included, and each spelling is C#.</summary>
public sealed class DialectTests
{
    public static TheoryData<Operation> Operations => [.. Enum.GetValues<Operation>()];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Every_target_spells_the_operation(Operation operation)
    {
        OperationTable.Row row = OperationTable.Rows[operation];
        foreach (string spelling in new[] { row.Scalar, row.Vector, row.Ilgpu })
        {
            string text = spelling.Replace("{V}", "Vector512");
            for (int operand = 0; operand < 3; operand++)
            {
                text = text.Replace($"{{{operand}}}", $"operand{operand}");
            }

            Assert.DoesNotContain("{", text, StringComparison.Ordinal);
            Assert.Empty(SyntaxFactory.ParseExpression(text).GetDiagnostics());
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Targets_take_the_same_operands(Operation operation)
    {
        OperationTable.Row row = OperationTable.Rows[operation];
        bool[] Used(string spelling) => [.. Enumerable.Range(0, 3).Select(operand => spelling.Contains($"{{{operand}}}", StringComparison.Ordinal))];
        Assert.Equal(Used(row.Scalar), Used(row.Vector));
        Assert.Equal(Used(row.Scalar), Used(row.Ilgpu));
    }
}
