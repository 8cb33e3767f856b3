// cost: parameters, operations and bytes of a variant, from its description alone.
#include "ablations/cost.h"

#include <memory>

#include "ablations/model_cost.h"
#include "ablations/presets.h"
#include "backends/core/tensor_view.h"
#include "harness/cli/command.h"
#include "harness/cli/grid_flags.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "results/format.h"

namespace synthbench {
namespace {

/// The whole model of a preset.
OrderedJson cost_of_model(const Config& config) {
  const ModelShape model = model_shape(config);
  const std::int64_t batch = config.integer("batch");
  const Flops flops = model_flops(model, batch);
  return {{"variant", config.text("variant")},
          {"scope", "model"},
          {"model", config.text("model.preset")},
          {"parameters", model_parameters(model)},
          {"parameters_attention", self_attention_parameters(model)},
          {"flops_fwd", flops.forward},
          {"flops_fwdbwd", flops.forward + flops.backward},
          {"bytes", model_bytes(model, batch, dtype_named(config.text("dtype")))}};
}

/// One layer, or its attention alone.
OrderedJson cost_of_layer(const Config& config) {
  const Mixture mixture = config.mixture();
  const LayerConfig layer = config.layer();
  const std::int64_t length = config.integer("seq_len");
  const CallShape shape{config.integer("batch"), layer.heads, length, length, layer.head_dim};
  const DType dtype = dtype_named(config.text("dtype"));
  const bool whole_layer = config.text("scope") == "layer";
  const Flops flops = whole_layer ? layer_flops(mixture, layer, shape) : attend_flops(mixture, shape);
  const std::int64_t attention = whole_layer ? layer_parameters(mixture, layer) : logit_parameters(mixture, layer);
  return {{"variant", config.text("variant")},
          {"scope", config.text("scope")},
          {"parameters", attention},
          {"parameters_attention", attention},
          {"flops_fwd", flops.forward},
          {"flops_fwdbwd", flops.forward + flops.backward},
          {"bytes", whole_layer ? layer_bytes(mixture, layer, shape, dtype) : attend_bytes(mixture, shape, dtype)}};
}

OrderedJson cost_of(const Config& config) { return config.text("scope") == "step" ? cost_of_model(config) : cost_of_layer(config); }

struct CostCommand {
  FlagValue model;
  GridFlags axes;
  OutputFlags output;

  std::vector<OrderedJson> rows() const {
    PlanRequest request = axes.request({});
    request.name = "cost";
    // Behind what anybody says of the scope: --model t5_base --scope layer is one layer of that model's sizes.
    request.overrides.insert(request.overrides.begin(), {"scope", model ? "step" : "layer", "--scope", SaidBy::command});
    if (model) request.overrides.insert(request.overrides.begin(), {"model.preset", model.text, model.where});
    const auto plan = make_plan(request);
    std::vector<OrderedJson> rows;
    for (std::int64_t i = 0; i < plan->size(); ++i) {
      const PlannedCell cell = plan->cell(i);
      if (cell.state == "excluded") continue;
      OrderedJson row = cost_of(cell.config);
      for (const Plan::Axis& axis : plan->axes) {
        const bool told = axis.name == "variant" || axis.name == "scope" || axis.name == "model.preset";
        if (!told && axis.values.size() > 1 && cell.config.has(axis.name)) row[axis.name] = cell.config.json().at(axis.name);
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

  Exit run() const {
    output.check();
    const std::vector<OrderedJson> found = rows();
    output.print([&](const std::string& format, const Sink& sink) {
      if (format == "json" && found.size() == 1) return sink(json_text(found.front(), 2) + "\n");
      sink(format_rows(rows_of(found), format));
    });
    return Exit::well;
  }
};

const bool registered = commands().add(
    "cost",
    {.group = "Check and count",
     .summary = "parameters, operations and bytes of a variant",
     .about =
         "Counts one self-attention layer with its projections (--scope layer, the default), attention alone (--scope attend) or, with "
         "--model, a whole model: trainable parameters, floating-point operations (a multiply-add is two) forward and with backward, and "
         "bytes that must move at least. t5_* and t2t_* are encoder-decoders, lm_base and tiny language models, lra_text a classifier; "
         "heads, head_dim and the variant describe self-attention, cross-attention keeps the preset's. Nothing is built or run.",
     .example = "synthbench cost -m dense,vanilla -l 512\nsynthbench cost -m factorized_random -l 512 -k 8,32 --batch 8 -o json\n"
                "synthbench cost -m dense,random+vanilla --model t5_base --set head_dim=128 --heads 8",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<CostCommand>();
       flags.list("--model", command->model, "LIST", "count whole models: t5_base,lm_base (see model.preset)", preset_names());
       command->axes.declare(flags);
       command->output.declare(flags, table_formats());
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
