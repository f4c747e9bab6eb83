// Every sentence of the page: [English, 简体中文], by key. {name} is filled in; `…` is set as code.
// Sentences of the service itself (refusals, receipts) come from the service, in English.

export const MESSAGES = {
  // The frame
  "frame.skip": ["Skip to content", "跳到正文"],
  "frame.views": ["Views", "视图"],
  "frame.light": ["Light colours", "浅色"],
  "frame.dark": ["Dark colours", "深色"],
  "frame.about": [
    "Every size is computed by exact arithmetic; every module is run by torch before it is handed out.",
    "所有尺寸均由精确算术得出；每个模块在交付前都由 torch 实际运行过。",
  ],
  "frame.docs": ["The HTTP interface", "HTTP 接口"],

  // Wrong addresses
  "address.title": ["This address leads nowhere", "此地址无效"],
  "address.view": ["There is no view called “{name}”.", "没有名为“{name}”的视图。"],
  "address.start": ["Start afresh", "重新开始"],

  // Failures
  "failure.network.title": ["The service cannot be reached", "无法连接服务"],
  "failure.network.text": [
    "The network is gone, or the service is. What you typed is kept.",
    "网络或服务已断开。您输入的内容仍然保留。",
  ],
  "failure.limited.title": ["Too many questions at once", "请求过于频繁"],
  "failure.limited.text": [
    "The service answers so many requests of one client and no more. It asks you to wait.",
    "服务对每个客户端的请求数有上限，请稍候。",
  ],
  "failure.busy.title": ["The service is busy", "服务繁忙"],
  "failure.busy.text": [
    "Your question is fine, but it could not be worked on now.",
    "您的请求没有问题，但目前无法处理。",
  ],
  "failure.refused.title": ["This cannot be built", "无法构建"],
  "failure.refused.text": ["The service says why, with the numbers:", "服务给出了原因和具体数字："],
  "failure.broken.title": ["The service made a mistake", "服务出错"],
  "failure.broken.text": [
    "It answered, but not with what was asked for. The fault is not yours.",
    "服务有响应，但内容不对。这不是您的问题。",
  ],
  "failure.page": ["What `{code}` means and how to repair it", "`{code}` 的含义与修正方法"],
  "failure.retry": ["Try again", "重试"],
  "failure.countdown": ["by itself in {seconds} s", "{seconds} 秒后自动重试"],

  // Design
  "design.title": ["Design", "设计"],

  // Code
  "code.title": ["Code", "代码"],

  // Addresses that hold a wrong value
  "address.partly": ["Part of this address says nothing that can be", "此地址中有无效内容"],
  "address.value": [
    "{name} says “{text}”; it may be {range}. What is shown stands in its place.",
    "{name} 的值是“{text}”，可取的值为 {range}。现显示默认值。",
  ],
  "address.field": ["There is no field called {name} here.", "这里没有名为 {name} 的字段。"],

  // Layer
  "layer.title": ["Layer", "单层"],
  "layer.heading": ["One layer, and its twin", "一个层与它的孪生层"],
  "layer.lead": [
    "A convolution and the transposed convolution with the same kernel are one matrix, read two ways: C and Cᵀ. Move a slider and watch all four.",
    "卷积与使用同一卷积核的转置卷积是同一个矩阵的两种读法：C 与 Cᵀ。拖动滑块，四幅图一起变化。",
  ],
  "layer.settings": ["Settings of the layer", "层的参数"],
  "layer.op": ["The layer", "层的类型"],
  "layer.op.conv": ["Convolution", "卷积"],
  "layer.op.conv_transpose": ["Transposed convolution", "转置卷积"],
  "layer.dimensions": ["Axes", "维数"],
  "layer.dimensions.1": ["1: a signal", "1：信号"],
  "layer.dimensions.2": ["2: a picture", "2：图像"],
  "layer.input_size": ["Input", "输入"],
  "layer.kernel_size": ["Kernel", "卷积核"],
  "layer.stride": ["Stride", "步幅"],
  "layer.padding": ["Padding", "填充"],
  "layer.dilation": ["Dilation", "空洞"],
  "layer.output_padding": ["Output padding", "输出填充"],
  "layer.grows": [
    "Its twin leads back to {size}: a transposed convolution with `output_padding` {padding}.",
    "它的孪生层回到 {size}：`output_padding` 为 {padding} 的转置卷积。",
  ],
  "layer.shrinks": [
    "Its twin, the convolution with the same settings, leads back to {size}.",
    "它的孪生层，即参数相同的卷积，回到 {size}。",
  ],
  "layer.more": [
    "Its twin gives {size}, more than there was: `output_padding` is not below the stride.",
    "它的孪生层给出 {size}，比原来大，因为 `output_padding` 不小于步幅。",
  ],
  "layer.illegal": ["No such layer can be", "这样的层不存在"],
  "layer.law.span": [
    "The law: the kernel's span D·(F − 1) + 1 must fit the padded input, `i + 2P ≥ E`. Less kernel, less dilation, more padding or more input mends it.",
    "规则：卷积核的跨度 D·(F − 1) + 1 不得超过填充后的输入，即 `i + 2P ≥ E`。减小卷积核或空洞、加大填充或输入即可。",
  ],
  "layer.law.output_size": [
    "The law: at least one pixel must come out, `(i − 1)·S − 2P + E + A ≥ 1`. Less padding, or more of anything else, mends it.",
    "规则：输出至少要有一个像素，即 `(i − 1)·S − 2P + E + A ≥ 1`。减小填充，或加大其他任何一项即可。",
  ],
  "layer.law.stride": [
    "The law: `A < max(S, D)`. Less output padding, or more stride or dilation, mends it.",
    "规则：`A < max(S, D)`。减小输出填充，或加大步幅或空洞即可。",
  ],
  "layer.law.output_padding": [
    "The law: only a transposed convolution chooses among several output sizes. Set it to 0, or take the transposed one.",
    "规则：只有转置卷积需要在多个输出尺寸中选择。请设为 0，或改用转置卷积。",
  ],
  "layer.back": ["Back to the last that fits", "回到上一个可行的设置"],
  "layer.usual": ["Begin with one that fits", "从可行的设置开始"],
  "layer.problem": ["More about illegal layers", "关于非法层的说明"],
  "layer.stale": ["Dimmed below: the last layer that fits.", "下方变暗的是上一个可行的层。"],
  "layer.undrawn": ["This picture cannot be drawn:", "此图无法绘制："],
  "layer.drawn.conv": ["The window walks over the padded input.", "窗口在填充后的输入上移动。"],
  "layer.drawn.conv_transpose": [
    "Drawn as the direct convolution that it equals: zeros between, padding around, the kernel turned around.",
    "画成与之等价的直接卷积：中间插零，四周填充，卷积核翻转。",
  ],
  "layer.matrix.conv": ["C, the matrix of the convolution", "C：卷积的矩阵"],
  "layer.matrix.conv_transpose": ["Cᵀ, the matrix of the transposed convolution", "Cᵀ：转置卷积的矩阵"],
  "layer.matrix.note": [
    "A row for each output, a column for each input, a colour for each tap of the kernel.",
    "每行对应一个输出，每列对应一个输入，每种颜色对应卷积核的一个权重。",
  ],
  "layer.step.conv_transpose": [
    "Output ({output}) sums row {row} of Cᵀ (products: {count}). The convolution reads the same pixel for its output ({other}); tap {tap} joins the two.",
    "输出 ({output}) 是 Cᵀ 第 {row} 行之和（乘积数：{count}）。卷积计算输出 ({other}) 时也读取这个像素，由权重 {tap} 相连。",
  ],
  "layer.step.conv": [
    "Output ({output}) sums row {row} of C (products: {count}). The transposed convolution sends it to its output ({other}), among others; tap {tap} joins the two.",
    "输出 ({output}) 是 C 第 {row} 行之和（乘积数：{count}）。转置卷积也把它送到输出 ({other}) 等处，由权重 {tap} 相连。",
  ],
  "layer.step.nothing": [
    "Output ({output}) gets nothing: row {row} of the matrix is empty.",
    "输出 ({output}) 没有任何贡献：矩阵的第 {row} 行为空。",
  ],
  "layer.about": ["The same layer another way", "同一个层的另一种写法"],
  "layer.direct": [
    "As a direct convolution: zeros between neighbours, {zeros} each ({before} → {spread}); padding, {near} before and {far} behind; the kernel turned around; `stride` 1.",
    "写成直接卷积：相邻元素之间插零 {zeros} 个（{before} → {spread}）；前面填充 {near}，后面填充 {far}；翻转卷积核；`stride` 取 1。",
  ],
  "layer.direct.crop": [
    "As a direct convolution: zeros between neighbours, {zeros} each ({before} → {spread}); padding, {near} before and {far} behind (negative: cut off); the kernel turned around; `stride` 1.",
    "写成直接卷积：相邻元素之间插零 {zeros} 个（{before} → {spread}）；前面填充 {near}，后面填充 {far}（负数表示裁掉）；翻转卷积核；`stride` 取 1。",
  ],
  "layer.direct.itself": [
    "A convolution is its own direct convolution: no zeros between, {near} of padding on each side.",
    "卷积本身就是直接卷积：不插零，每侧填充 {near}。",
  ],
  "layer.entries": [
    "As a matrix: {entries} of {cells} cells are filled. Multiply-adds with one channel: {sum}, those that fall into the padding included.",
    "写成矩阵：{cells} 个格子中有 {entries} 个非零。单通道乘加次数：{sum}，落入填充区的也计算在内。",
  ],
  "layer.even.output": [
    "Away from the border every output gets as many contributions as any other ({most}): no checkerboard from overlap.",
    "除边缘外，每个输出得到的贡献次数相同（{most}）：不会因重叠产生棋盘格。",
  ],
  "layer.uneven.output": [
    "Outputs away from the border get {least} to {most} contributions: the pattern of a checkerboard.",
    "除边缘外，各输出得到 {least} 至 {most} 次贡献：这就是棋盘格的来源。",
  ],
  "layer.even.input": [
    "Away from the border every input is read as often as any other ({most}).",
    "除边缘外，每个输入被读取的次数相同（{most}）。",
  ],
  "layer.uneven.input": [
    "Inputs away from the border are read {least} to {most} times.",
    "除边缘外，各输入被读取 {least} 至 {most} 次。",
  ],
  "layer.unread.input": [
    "Inputs that no window reads: {unread}.",
    "没有被任何窗口读取的输入：{unread} 个。",
  ],
  "layer.unread.output": [
    "Outputs that get no contribution: {unread}.",
    "没有得到任何贡献的输出：{unread} 个。",
  ],
  "layer.python": ["The direct convolution as Python", "直接卷积的 Python 代码"],

  // Audit
  "audit.title": ["Audit", "诊断"],
  "audit.heading": ["Audit the network that you have", "诊断您已有的网络"],
  "audit.lead": [
    "It fails at one layer, or ends at 27 instead of 28: see where it goes wrong, why, and the smallest change that mends it. The text is read, never run.",
    "在某一层报错，或者输出 27 而不是 28：看看哪里出了问题、原因是什么、最小的修改是什么。代码只解析，绝不运行。",
  ],
  "audit.examples": ["Try one:", "示例："],
  "audit.example.decoder": ["27 instead of 28", "输出 27 而非 28"],
  "audit.example.discriminator": ["The loss complains", "损失函数报错"],
  "audit.example.linear": ["A linear layer that does not fit", "全连接层尺寸不符"],
  "audit.text": ["Your network", "您的网络"],
  "audit.text.hint": [
    "An `nn.Sequential(…)`, a module's class, or a JSON list of layers.",
    "`nn.Sequential(…)`、模块的类定义，或层的 JSON 列表。",
  ],
  "audit.input_shape": ["Input shape", "输入形状"],
  "audit.input_shape.hint": ["Channels, then sides: `3x64x64`. No batch.", "先通道后边长：`3x64x64`，不含批大小。"],
  "audit.wanted_shape": ["Wanted shape", "期望的输出形状"],
  "audit.wanted_shape.hint": ["If you know it: `1x28x28`.", "若已知：`1x28x28`。"],
  "audit.more": ["The error you saw, another size, the way back", "报错信息、另一尺寸、反向网络"],
  "audit.batch": ["Batch", "批大小"],
  "audit.batch.hint": ["Samples at once, where an error is about them.", "报错与批大小有关时填写。"],
  "audit.error": ["Error message", "报错信息"],
  "audit.error.hint": ["As you saw it.", "原样粘贴。"],
  "audit.adapt_to": ["Adapt to another size", "改用另一尺寸"],
  "audit.adapt_to.hint": ["The picture's sides: `96` or `96x128`.", "图像的边长：`96` 或 `96x128`。"],
  "audit.mirror": ["Also give the network that goes back", "同时给出反向网络"],
  "audit.ask": ["Audit", "诊断"],
  "audit.hurry": ["or Ctrl + Enter", "或按 Ctrl + Enter"],
  "audit.working": ["Traced; repairs are being run by torch…", "正在追踪，并由 torch 运行修改方案……"],
  "audit.wrong.json": ["This begins as JSON and is none:", "开头像 JSON，但无法解析："],
  "audit.wrong.empty": ["Paste a network here.", "请在此粘贴网络。"],
  "audit.wrong.shape": ["A shape is whole numbers: 3x64x64.", "形状由整数组成：3x64x64。"],
  "audit.wrong.input": ["What goes in? For a picture: 3x64x64.", "请填写输入形状，例如图像：3x64x64。"],
  "audit.wrong.number": ["A whole number, please.", "请填写整数。"],
  "audit.wrong.refused": ["Refused; the reason stands with the answer.", "被拒绝，原因见结果处。"],
  "audit.what": ["What comes back", "您会得到"],
  "audit.what.trace": ["The trace: what each layer gives, with its arithmetic.", "追踪：每一层的输出及其算式。"],
  "audit.what.why": ["The first layer that torch refuses, the reason, and torch's own words.", "torch 首先拒绝的层、原因，以及 torch 自己的报错。"],
  "audit.what.repairs": ["The smallest repairs, each run by torch, as a diff to take.", "最小的修改方案，均由 torch 运行过，以差异形式给出，可一键采用。"],
  "audit.line": ["Show line {line}", "定位到第 {line} 行"],
  "audit.verdict.fits": ["It fits", "可行"],
  "audit.verdict.misses": ["It runs, but misses the wanted shape", "能运行，但形状不符"],
  "audit.verdict.breaks": ["It breaks", "无法运行"],
  "audit.geometry": ["This message is about no size: no repair of shapes will help.", "该报错与尺寸无关：修改形状无济于事。"],
  "audit.torch": ["In torch's words", "torch 的报错"],
  "audit.trace": ["Layer by layer", "逐层追踪"],
  "audit.column.layer": ["Layer", "层"],
  "audit.column.shapes": ["Shapes", "形状"],
  "audit.column.arithmetic": ["Arithmetic, warnings", "算式与警告"],
  "audit.fails": ["fails here", "在此失败"],
  "audit.shows": ["shows here", "在此显现"],
  "audit.unreached": ["not reached", "未到达"],
  "audit.repairs": ["Repairs, the smallest first", "修改方案（从小到大）"],
  "audit.repairs.more": ["More repairs ({count})", "更多方案（{count} 个）"],
  "audit.diff": ["Changes", "修改内容"],
  "audit.take": ["Take it", "采用"],
  "audit.run.whole": ["run by torch as a whole", "已由 torch 完整运行"],
  "audit.run.layer_by_layer": ["run by torch layer by layer, one channel each", "已由 torch 以单通道逐层运行"],
  "audit.run.laws_only": ["checked by the laws, not run", "仅按规则检验，未运行"],
  "audit.nothing": ["Nothing small helps", "没有小的修改可行"],
  "audit.nearest": ["The nearest inputs that this network does serve:", "该网络支持的最接近的输入："],
  "audit.use": ["Use {shape}", "使用 {shape}"],
  "audit.design": ["Or begin with a design that does it:", "或者从可行的设计开始："],
  "audit.design.open": ["a generator for {shape}", "{shape} 的生成器"],
  "audit.adapted": ["The same network for the other size", "适配另一尺寸的同一网络"],
  "audit.adapted.same": ["It serves that size as it is.", "无需修改即可支持该尺寸。"],
  "audit.mirrored": ["The network that goes back", "反向网络"],
  "audit.mirror.use": ["Audit this one", "诊断它"],

  // The player of the layer view
  "player.name": ["Steps", "逐步播放"],
  "player.first": ["To the first step", "回到第一步"],
  "player.back": ["A step back", "后退一步"],
  "player.play": ["Play", "播放"],
  "player.pause": ["Pause", "暂停"],
  "player.next": ["A step on", "前进一步"],
  "player.place": ["Step", "步"],
  "player.where": ["step {place} of {count}", "第 {place} 步，共 {count} 步"],

  // Words inside the pictures of the service: what English says there, and what stands in its place
  "picture.words": [
    "",
    "Transposed convolution as a matrix=转置卷积的矩阵|Convolution as a matrix=卷积的矩阵|Transposed convolution=转置卷积|Convolution=卷积|zeros between=中间插零|padding around=四周填充|inserted zero=插入的零|output padding=输出填充|cropped by the padding=被填充裁掉|gets no contribution=没有贡献|read by no window=未被读取|the kernel's taps=卷积核的权重|, padded=，已填充|as it is=原样|cropped=已裁剪|padding=填充|input=输入|output=输出|window=窗口",
  ],
};
